// Answers that are errors, in words that say what to do.
import { texts } from './texts.js';

export class ApiError extends Error {
  constructor(status, detail, headers) {
    super(`status ${status}`);
    this.status = status;
    this.detail = detail;
    this.retryAfter = Number(headers.get('Retry-After')) || 0;
    this.requestId = headers.get('X-Request-Id') ?? '';
    this.challenge = headers.get('WWW-Authenticate') ?? '';
  }
  /** The faults of a 422; empty for other errors. */
  get faults() {
    return this.status === 422 && Array.isArray(this.detail) ? this.detail : [];
  }
}

/** There was no answer: whether the request was carried out is not known. */
export class NoAnswer extends Error {}

/** An error that is explained already, such as one of the issuer. */
export class Explained extends Error {}

/** The server's own sentence. */
function serverSentence(error) {
  if (typeof error.detail === 'string') return error.detail;
  return typeof error.detail?.msg === 'string' ? error.detail.msg : '';
}

function quotaSentence({ detail }) {
  if (typeof detail?.limit === 'number') return texts.errors.quotaBytes(detail.limit, detail.used, detail.requested);
  if (typeof detail?.count_limit === 'number') return texts.errors.quotaCount(detail.count_limit);
  return typeof detail === 'string' ? detail : texts.errors.tooLarge;
}

const sentences = {
  401: () => texts.errors.unauthorized,
  403: (error) => texts.errors.forbidden(serverSentence(error)),
  404: () => texts.errors.notFound,
  409: (error) => texts.errors.conflict(serverSentence(error)),
  412: () => texts.errors.changed,
  413: quotaSentence,
  422: (error) => (error.faults.length > 0 ? texts.errors.faults : texts.errors.refused(serverSentence(error))),
  429: (error) => texts.errors.tooMany(error.retryAfter),
  500: (error) => texts.errors.internal(error.requestId),
  503: (error) => texts.errors.unavailable(error.retryAfter),
  507: () => texts.errors.full,
};

/** A sentence for people. */
export function explain(error) {
  if (error instanceof ApiError) {
    const sentence = sentences[error.status];
    return sentence ? sentence(error) : texts.errors.other(error.status, serverSentence(error));
  }
  if (error instanceof NoAnswer) return texts.errors.noAnswer;
  if (error instanceof Explained) return error.message;
  return texts.errors.own(String(error?.message ?? error));
}
