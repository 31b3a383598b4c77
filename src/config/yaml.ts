// YAML with source positions, so that an error can point at the line and column.

import { type Document, isMap, isNode, isScalar, isSeq, Lexer, Parser, parseDocument, visit } from 'yaml';
import { ConfigError } from '../common/config-error.ts';

export interface LocatedYaml {
  readonly value: unknown;
  /** `file:line:column` of the key at a path, or of its nearest existing parent if it is missing. */
  readonly at: (path: readonly PropertyKey[]) => string;
}

// Our files need 6 levels. The parser recurses, and on a stack overflow V8 may abort the process instead of throwing.
const MAX_DEPTH = 50;

/** The offset at which the nesting becomes too deep. */
function findTooDeep(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    for (const _token of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return offset;
  }
  return undefined;
}

/** The offset of the node at a path. */
function offsetOf(path: readonly PropertyKey[], document: Document.Parsed): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!pair) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else {
      break;
    }
  }
  return offset;
}

// After a colon the parser quotes the file, which may be a check code: `check_code: |5f3a9c1e`.
function withoutQuotation(message: string): string {
  return message
    .split(/(?<=\S): |[;\n]/, 1)
    .join('')
    .replace('With stringKeys, all keys', 'keys');
}

/** The plain data of a document. @throws ConfigError for aliases that are unresolved, recursive or too many */
function dataOf(document: Document.Parsed, place: (offset: number) => string): unknown {
  let offset = 0;
  try {
    visit(document, {
      Alias: (_key, alias) => {
        offset = alias.range?.[0] ?? offset;
        if (!alias.resolve(document)) throw new ReferenceError('unresolved');
      },
    });
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ConfigError(`${place(offset)}: not YAML: an alias without its anchor, or too many of them`);
  }
}

/** Parses YAML; the value of an empty file is undefined. @throws ConfigError with `file:line:column` */
export function parseYaml(source: string, file: string): LocatedYaml {
  const text = source.replace(/^\uFEFF/, '');
  const place = (offset: number): string => {
    const lines = text.slice(0, offset).split('\n');
    return `${file}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
  };
  const tooDeep = findTooDeep(text);
  if (tooDeep !== undefined) throw new ConfigError(`${place(tooDeep)}: nested too deep`);
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, resolveKnownTags: false });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken) throw new ConfigError(`${place(broken.pos[0])}: not YAML: ${withoutQuotation(broken.message)}`);
  return {
    value: dataOf(document, place) ?? undefined,
    at: (path) => place(offsetOf(path, document)),
  };
}
