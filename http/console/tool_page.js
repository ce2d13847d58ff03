// "What would this tool get?": which secret each argument would get and why, and what is missing. Never a value.
import { listSecrets } from './api.js';
import { announce, fill, foreign, h } from './dom.js';
import { buttons } from './dialogs.js';
import { field } from './forms.js';
import { dataTable, notice, pageHead, problem, routeTo } from './pages.js';
import { isPattern, namedOnly, resolveTool } from './precedence.js';
import { createSecret } from './secret_form.js';
import { nameLink } from './secret_list.js';
import { texts } from './texts.js';

async function secretsFor(tool) {
  const found = [];
  await listSecrets({ tool_name: tool }, (page) => {
    found.push(...page);
    return true;
  });
  return found;
}

const wantedOf = (text) => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

/** Results, and an entry without a winner for each wanted argument that has none. */
function withMissing(results, wanted) {
  const missing = wanted.filter((argument) => !results.some((result) => result.argument === argument));
  return [...results, ...missing.map((argument) => ({ argument, winner: null, reason: 'none', expired: false, others: [] }))];
}

function whyOf(result) {
  if (result.winner === null) return h('span', { class: 'badge bad' }, texts.tool.missing);
  const why = texts.tool.reasons[result.reason];
  if (!result.expired) return why;
  return [h('span', { class: 'badge bad' }, texts.tool.expired), ' ', texts.tool.expiredText];
}

function bindingOf(secret) {
  return h('span', {}, nameLink(secret), ' ', h('code', { class: 'quiet' }, foreign(secret.tool_name)));
}

function othersOf(result) {
  if (result.others.length === 0) return h('span', { class: 'quiet' }, texts.tool.noOthers);
  return h('ul', { class: 'plain-list' }, result.others.map((secret) => h('li', {}, bindingOf(secret))));
}

class ToolPage {
  constructor(route, alive) {
    this.alive = alive;
    this.result = h('div', { class: 'part' });
    this.tool = field('tool_name', texts.tool.name, { value: route.query.get('tool_name') ?? '', required: true, hint: texts.tool.nameHint });
    this.wanted = field('wanted', texts.tool.wanted, { value: route.query.get('wanted') ?? '', hint: texts.tool.wantedHint });
    if (this.tool.input.value) this.look();
  }

  element() {
    const onsubmit = (event) => {
      event.preventDefault();
      this.look();
    };
    const ask = h('form', { onsubmit, novalidate: true, class: 'ask' }, this.tool.row, this.wanted.row, buttons(h('button', { type: 'submit', class: 'primary' }, texts.tool.look)));
    return [pageHead(texts.tool.title), h('p', { class: 'quiet' }, texts.tool.text), ask, this.result];
  }

  async look() {
    const tool = this.tool.input.value;
    this.tool.fault('');
    if (tool === '' || isPattern(tool)) {
      this.tool.fault(tool === '' ? texts.tool.noName : texts.tool.noPattern);
      this.tool.input.focus();
      return;
    }
    history.replaceState(null, '', routeTo(['tool'], { tool_name: tool, wanted: this.wanted.input.value }));
    fill(this.result, h('p', { class: 'quiet loading' }, texts.loading));
    try {
      const secrets = await secretsFor(tool);
      if (this.alive()) this.show(tool, secrets);
    } catch (error) {
      if (this.alive()) fill(this.result, problem(error, () => this.look()));
    }
  }

  show(tool, secrets) {
    const results = withMissing(resolveTool(secrets, tool, Date.now()), wantedOf(this.wanted.input.value));
    const named = namedOnly(secrets, tool);
    const columnsOfResults = [
      { label: texts.secret.arg, cell: (result) => foreign(result.argument) },
      { label: texts.tool.gets, cell: (result) => (result.winner ? bindingOf(result.winner) : this.addButton(tool, result.argument)) },
      { label: texts.tool.why, cell: whyOf },
      { label: texts.tool.others, cell: othersOf },
    ];
    fill(
      this.result,
      h('h2', {}, texts.tool.resultOf, foreign(tool)),
      results.length > 0 ? dataTable(texts.tool.title, columnsOfResults, results) : h('p', { class: 'empty' }, texts.tool.nothing),
      named.length > 0 && h('section', {}, h('h2', {}, texts.tool.named), h('p', { class: 'quiet' }, texts.tool.namedText), h('ul', {}, named.map((secret) => h('li', {}, bindingOf(secret))))),
    );
    announce(texts.tool.announced(results.filter((result) => result.winner && !result.expired).length));
  }

  addButton(tool, argument) {
    const onclick = async () => {
      const made = await createSecret({ secret: { tool_name: tool, tool_arg: argument, is_default_for_tool: true }, refused: [], own: true });
      if (!made) return;
      notice(texts.secret.created);
      this.look();
    };
    return h('button', { type: 'button', onclick }, texts.tool.add);
  }
}

export function toolPage(route, alive) {
  return new ToolPage(route, alive).element();
}
