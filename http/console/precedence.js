// Which secret a tool gets for each argument: the tool plane's rules, computed from the list. test/console/precedence.mjs has the
// cases of the store's own tests (test/unit/store/secrets/resolve_test.cpp), and the browser's test compares with a real resolve.

/** Whether the pattern matches the whole name. `*` is any run of characters, also the empty one; nothing else is special.
 *  Backtracks to the last star alone, so it takes no more than |pattern| × |name| steps. */
export function toolMatches(pattern, name) {
  let p = 0;
  let n = 0;
  let star = -1;
  let taken = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      p += 1;
      taken = n;
    } else if (p < pattern.length && pattern[p] === name[n]) {
      p += 1;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      taken += 1;
      n = taken;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

export const isPattern = (tool) => tool.includes('*');

/** Code points other than the star. */
export function literalLength(pattern) {
  let count = 0;
  for (const character of pattern) if (character !== '*') count += 1;
  return count;
}

// The API writes times in one form, with microseconds, and ids are lower case: both compare as texts.
const newer = (a, b) => (a > b ? 1 : a < b ? -1 : 0);

/** Which of two secrets that apply to a tool is more specific, and by what: {order, reason}. A positive order is the first. */
export function compareBindings(a, b) {
  const exact = Number(!isPattern(a.tool_name)) - Number(!isPattern(b.tool_name));
  if (exact !== 0) return { order: exact, reason: 'exact' };
  const literal = literalLength(a.tool_name) - literalLength(b.tool_name);
  if (literal !== 0) return { order: literal, reason: 'literal' };
  const time = newer(a.updated_at, b.updated_at);
  if (time !== 0) return { order: time, reason: 'newest' };
  return { order: newer(a.secret_id, b.secret_id), reason: 'newest' };
}

/** What the tool would get at `now` (milliseconds): [{argument, winner, reason, expired, others}] by argument. `reason` is what sets
 *  the winner before the next one: 'only', 'exact', 'literal', 'newest'. An expired winner keeps its place: nothing less specific goes
 *  instead, and the argument gets no value. */
export function resolveTool(secrets, tool, now) {
  const byArgument = new Map();
  for (const secret of secrets) {
    if (!secret.is_default_for_tool || !secret.tool_name || !secret.tool_arg) continue;
    if (!toolMatches(secret.tool_name, tool)) continue;
    if (!byArgument.has(secret.tool_arg)) byArgument.set(secret.tool_arg, []);
    byArgument.get(secret.tool_arg).push(secret);
  }
  const results = [];
  for (const [argument, candidates] of byArgument) {
    candidates.sort((a, b) => -compareBindings(a, b).order);
    const [winner, ...others] = candidates;
    const reason = others.length === 0 ? 'only' : compareBindings(winner, others[0]).reason;
    const expired = Boolean(winner.expires_at) && Date.parse(winner.expires_at) <= now;
    results.push({ argument, winner, reason, expired, others });
  }
  return results.sort((a, b) => newer(a.argument, b.argument));
}

/** The secrets that the tool gets only when its caller names them: those bound to it that are no default. */
export function namedOnly(secrets, tool) {
  return secrets.filter((secret) => !secret.is_default_for_tool && secret.tool_name && toolMatches(secret.tool_name, tool));
}
