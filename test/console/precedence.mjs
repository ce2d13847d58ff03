// The console's rules for which secret a tool gets: the cases of the store's own tests (test/unit/store/model/tool_pattern_test.cpp,
// test/unit/store/secrets/resolve_test.cpp).
import { readFileSync } from 'node:fs';
import { check, equal, holds } from './support/checks.mjs';

// Node.js 18 takes a .js file for a module only if a package says so.
const source = readFileSync(new URL('../../http/console/precedence.js', import.meta.url), 'utf8');
const { compareBindings, literalLength, namedOnly, resolveTool, toolMatches } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const secret = (tool_name, updated_at, secret_id, more = {}) => ({
  secret_id: String(secret_id),
  secret_name: `secret ${secret_id}`,
  tool_name,
  tool_arg: 'key',
  is_default_for_tool: true,
  updated_at: `2026-01-01T00:00:00.00000${updated_at}Z`,
  expires_at: null,
  ...more,
});

const matching = [
  ['agno__linear', 'agno__linear'], ['', ''], ['agno__linear__*', 'agno__linear__get_issue_details'], ['agno__linear__*', 'agno__linear__'],
  ['*', ''], ['*', 'anything'], ['***', 'anything'], ['*_issue', 'get_issue'], ['a*b*c', 'a12b34c'], ['a*b*c', 'abc'], ['a*b*c', 'abbbcc'],
  ['*ab', 'aab'], ['\\*', '\\x'], ['a\0*', 'a\0b'],
];
const others = [
  ['agno__linear', 'agno__linear_'], ['agno__linear', 'agno__linea'], ['agno__linear', 'Agno__linear'], ['', 'a'], ['agno__linear__*', 'agno__linear_'],
  ['*_issue', 'get_issues'], ['a*b*c', 'acb'], ['a?c', 'abc'], ['[ab]', 'a'], ['a.c', 'abc'],
];

export async function checkPrecedence() {
  await check('precedence: a pattern matches what the store’s does', () => {
    for (const [pattern, name] of matching) holds(toolMatches(pattern, name), `${pattern} does not match ${name}`);
    for (const [pattern, name] of others) holds(!toolMatches(pattern, name), `${pattern} matches ${name}`);
  });
  await check('precedence: the worst pattern takes bounded time', () => {
    const pattern = '*a'.repeat(500);
    const name = 'a'.repeat(1024);
    holds(!toolMatches(`${pattern}b`, name), 'it matches');
    holds(toolMatches(pattern, name), 'it does not match');
  });
  await check('precedence: literal characters are counted in code points', () => {
    equal(['', '***', 'a*b*c', 'é*€😀'].map(literalLength), [0, 0, 3, 3]);
  });
  await check('precedence: the most specific binding goes first', () => {
    const pairs = [
      [['tool', 1, 1], ['too*', 9, 9]], [['tool', 1, 1], ['tool*', 9, 9]], [['too*', 1, 1], ['to*', 9, 9]], [['t*o*l', 1, 1], ['to*', 9, 9]],
      [['to*', 2, 1], ['*ol', 1, 9]], [['to*', 1, 2], ['*ol', 1, 1]], [['*ol', 1, 1], ['€*', 9, 9]],
    ];
    for (const [first, second] of pairs) {
      holds(compareBindings(secret(...first), secret(...second)).order > 0, `${second} goes before ${first}`);
      holds(compareBindings(secret(...second), secret(...first)).order < 0, `${second} goes before ${first}`);
    }
  });
  await check('precedence: each argument gets its most specific default', () => {
    const stored = [
      secret('*', 1, 1), secret('agno__*', 1, 2, { tool_arg: 'team' }), secret('agno__linear__*', 1, 3), secret('agno__linear__get', 1, 4),
      secret('agno__linear__get', 1, 5, { tool_arg: 'other', is_default_for_tool: false }),
    ];
    const got = (tool) => resolveTool(stored, tool, 0).map(({ argument, winner, reason }) => `${argument}=${winner.secret_id} ${reason}`);
    equal(got('agno__linear__get'), ['key=4 exact', 'team=2 only']);
    equal(got('agno__linear__list'), ['key=3 literal', 'team=2 only']);
    equal(got('agno__github__list'), ['key=1 only', 'team=2 only']);
    equal(got('x'), ['key=1 only']);
    equal(namedOnly(stored, 'agno__linear__get').map((each) => each.secret_id), ['5']);
  });
  await check('precedence: an expired secret keeps its place', () => {
    const at = Date.parse('2026-01-02T00:00:00Z');
    const stored = [secret('to*', 1, 1), secret('tool', 1, 2, { expires_at: '2026-01-02T00:00:00.000000Z' })];
    const [result] = resolveTool(stored, 'tool', at);
    equal([result.winner.secret_id, result.expired, result.others.length], ['2', true, 1]);
    equal(resolveTool(stored, 'tool', at - 1)[0].expired, false);
  });
}
