// Juju's goal language: `life=="alive" && forEach(units, unit => unit.workload-status == "active")`. Text to tree, tree to value. Pure.
import { JujuError } from '../../contract.ts';

export type Scope = { readonly [name: string]: unknown };
type Node =
  | { kind: 'value'; value: string | number | boolean }
  | { kind: 'name'; name: string }
  | { kind: 'field'; of: Node; name: string }
  | { kind: 'index'; of: Node; at: Node }
  | { kind: 'not'; of: Node }
  | { kind: 'binary'; operator: string; left: Node; right: Node }
  | { kind: 'call'; name: string; args: Node[] }
  | { kind: 'lambda'; parameter: string; body: Node };
export type Query = Node;

/** Reads a query; throws with exit code 2 when it is none. */
export function parseQuery(text: string): Query {
  const tokens = tokensOf(text);
  const query = readBinary(tokens, 0);
  if (tokens.length > 0) throw wrong(`unexpected "${tokens[0]}"`);
  return query;
}

/** Whether the query holds in the scope. Throws when it names something that is not there. */
export function holds(query: Query, scope: Scope): boolean {
  return truthy(evaluate(query, scope));
}

const precedence = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>=']];

function tokensOf(text: string): string[] {
  const pattern = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_-]*|=>|==|!=|<=|>=|&&|\|\||[<>!().,[\]])/y;
  const tokens: string[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (!found) throw wrong(`unexpected "${text.slice(at).trim()[0]}"`);
    tokens.push(found[1] ?? '');
  }
  return tokens;
}

function readBinary(tokens: string[], level: number): Node {
  const operators = precedence[level];
  if (!operators) return readUnary(tokens);
  let left = readBinary(tokens, level + 1);
  while (operators.includes(tokens[0] ?? '')) {
    const operator = tokens.shift() ?? '';
    left = { kind: 'binary', operator, left, right: readBinary(tokens, level + 1) };
  }
  return left;
}

function readUnary(tokens: string[]): Node {
  if (tokens[0] !== '!') return readSuffix(tokens);
  tokens.shift();
  return { kind: 'not', of: readUnary(tokens) };
}

function readSuffix(tokens: string[]): Node {
  let node = readAtom(tokens);
  for (;;) {
    if (tokens[0] === '.') {
      tokens.shift();
      node = { kind: 'field', of: node, name: tokens.shift() ?? '' };
    } else if (tokens[0] === '[') {
      tokens.shift();
      node = { kind: 'index', of: node, at: readBinary(tokens, 0) };
      expect(tokens, ']');
    } else return node;
  }
}

function readAtom(tokens: string[]): Node {
  const token = tokens.shift();
  if (token === undefined) throw wrong('it ends too early');
  if (token === '(') {
    const inner = readBinary(tokens, 0);
    expect(tokens, ')');
    return inner;
  }
  if (/^["']/.test(token)) return { kind: 'value', value: token.slice(1, -1).replace(/\\(.)/g, '$1') };
  if (/^\d/.test(token)) return { kind: 'value', value: Number(token) };
  if (token === 'true' || token === 'false') return { kind: 'value', value: token === 'true' };
  if (!/^[A-Za-z_]/.test(token)) throw wrong(`unexpected "${token}"`);
  if (tokens[0] === '=>') {
    tokens.shift();
    return { kind: 'lambda', parameter: token, body: readBinary(tokens, 0) };
  }
  if (tokens[0] !== '(') return { kind: 'name', name: token };
  tokens.shift();
  const args: Node[] = [];
  while (tokens.at(0) !== ')') {
    args.push(readBinary(tokens, 0));
    if (tokens.at(0) === ',') tokens.shift();
    else if (tokens.at(0) !== ')') throw wrong('a call is not closed');
  }
  tokens.shift();
  return { kind: 'call', name: token, args };
}

function expect(tokens: string[], token: string): void {
  if (tokens.shift() !== token) throw wrong(`"${token}" is missing`);
}

function evaluate(node: Node, scope: Scope): unknown {
  switch (node.kind) {
    case 'value':
      return node.value;
    case 'name':
      if (!(node.name in scope)) throw wrong(`there is no "${node.name}"; there are ${Object.keys(scope).join(', ')}`);
      return scope[node.name];
    case 'field':
      return fieldOf(evaluate(node.of, scope), node.name);
    case 'index':
      return fieldOf(evaluate(node.of, scope), String(evaluate(node.at, scope)));
    case 'not':
      return !truthy(evaluate(node.of, scope));
    case 'binary':
      return binary(node, scope);
    case 'call':
      return call(node, scope);
    case 'lambda':
      throw wrong('a lambda stands only in a call');
  }
}

function binary({ operator, left, right }: Extract<Node, { kind: 'binary' }>, scope: Scope): boolean {
  if (operator === '&&') return truthy(evaluate(left, scope)) && truthy(evaluate(right, scope));
  if (operator === '||') return truthy(evaluate(left, scope)) || truthy(evaluate(right, scope));
  const [a, b] = [evaluate(left, scope), evaluate(right, scope)];
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function call({ name, args }: Extract<Node, { kind: 'call' }>, scope: Scope): unknown {
  const [first, second] = args;
  const value = (node: Node | undefined) => (node === undefined ? undefined : evaluate(node, scope));
  if (name === 'len') return itemsOf(value(first)).length;
  if (name === 'startsWith') return String(value(first)).startsWith(String(value(second)));
  if (name === 'endsWith') return String(value(first)).endsWith(String(value(second)));
  if (name === 'print') return truthy(value(first));
  if (['forEach', 'all', 'any'].includes(name)) {
    if (second?.kind !== 'lambda') throw wrong(`${name} needs a list and a lambda, like ${name}(units, unit => unit.life == "alive")`);
    const test = (item: unknown) => truthy(evaluate(second.body, { ...scope, [second.parameter]: item }));
    const items = itemsOf(value(first));
    return name === 'any' ? items.some(test) : items.every(test);
  }
  throw wrong(`there is no function "${name}"`);
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value === 'object' && value !== null && name in value) return (value as Record<string, unknown>)[name];
  throw wrong(`there is no "${name}" in it`);
}

function itemsOf(value: unknown): unknown[] {
  if (typeof value === 'string') return [...value];
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function truthy(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return value > 0;
  return value === true || (typeof value === 'object' && value !== null && Object.keys(value).length > 0);
}

function wrong(text: string): JujuError {
  return new JujuError(`cannot read the query: ${text}`, 2);
}
