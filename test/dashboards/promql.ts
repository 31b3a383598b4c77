// The parts of a PromQL expression, by Prometheus's own grammar.

import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  /** Label to its matcher's operator and value: `=~"a|b"`. */
  readonly matchers: ReadonlyMap<string, string>;
  /** The range behind it, as written; undefined for an instant selector. */
  readonly range: string | undefined;
  /** The functions and aggregations around it, innermost first. */
  readonly around: readonly string[];
}

export interface Grouping {
  readonly labels: readonly string[];
  /** Metrics in the expression that is grouped or joined. */
  readonly metrics: readonly string[];
  /** Labels that functions add in it. */
  readonly made: readonly string[];
}

export interface Query {
  /** Syntax errors, as the text around each. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
  /** Labels that functions add anywhere in the query. */
  readonly made: readonly string[];
}

/** Replaces Grafana's variables, written `$name`, `${name}` or `${name:format}`, with values. */
export function fillVariables(expr: string, values: ReadonlyMap<string, string>): string {
  return expr.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (written, braced?: string, plain?: string) => {
    return values.get(braced ?? plain ?? '') ?? written;
  });
}

/** The names of the variables in a text; `$1` is a group of a regular expression. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$(?:\{([A-Za-z_]\w*)[^}]*\}|([A-Za-z_]\w*))/g)].map(
    ([, braced, plain]) => braced ?? plain ?? '',
  );
}

/** Parses an expression without variables. */
export function parseQuery(expr: string): Query {
  const text = ({ from, to }: { from: number; to: number }): string => expr.slice(from, to);
  const errors: string[] = [];
  const selectors: Selector[] = [];
  const groupings: Grouping[] = [];
  const tree = parser.parse(expr);
  tree.iterate({
    enter(ref) {
      if (ref.type.isError) errors.push(expr.slice(Math.max(0, ref.from - 20), ref.to + 20));
      if (ref.name === 'VectorSelector') selectors.push(readSelector(ref.node, text));
      if (ref.name === 'GroupingLabels') groupings.push(readGrouping(ref.node, text));
    },
  });
  return { errors, selectors, groupings, made: madeLabels(tree.topNode, text) };
}

/** Functions whose first string is the label that they add. */
const LABEL_MAKERS = ['label_replace', 'label_join', 'count_values'];

type Text = (node: { from: number; to: number }) => string;

function readSelector(node: SyntaxNode, text: Text): Selector {
  const metric = node.getChild('Identifier');
  const matchers = new Map<string, string>();
  for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
    const label = matcher.getChild('LabelName');
    if (label) matchers.set(text(label), text({ from: label.to, to: matcher.to }));
  }
  const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : undefined;
  const around: string[] = [];
  for (let above = node.parent; above; above = above.parent) {
    const name = above.getChild('FunctionIdentifier') ?? above.getChild('AggregateOp');
    if (name) around.push(text(name));
  }
  return {
    metric: metric ? text(metric) : '',
    matchers,
    range: matrix ? text({ from: node.to, to: matrix.to }).slice(1, -1) : undefined,
    around,
  };
}

function readGrouping(node: SyntaxNode, text: Text): Grouping {
  let whole: SyntaxNode | null = node;
  while (whole && whole.name !== 'AggregateExpr' && whole.name !== 'BinaryExpr') whole = whole.parent;
  return {
    labels: node.getChildren('LabelName').map(text),
    metrics: whole ? descendants(whole, 'VectorSelector').map((selector) => readSelector(selector, text).metric) : [],
    made: whole ? madeLabels(whole, text) : [],
  };
}

function madeLabels(node: SyntaxNode, text: Text): readonly string[] {
  const calls = [...descendants(node, 'FunctionCall'), ...descendants(node, 'AggregateExpr')];
  return calls.flatMap((call) => {
    const name = call.getChild('FunctionIdentifier') ?? call.getChild('AggregateOp');
    const [label] = call.getChild('FunctionCallBody')?.getChildren('StringLiteral') ?? [];
    return name && LABEL_MAKERS.includes(text(name)) && label ? [text(label).slice(1, -1)] : [];
  });
}

function descendants(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((ref) => {
    if (ref.name === name) found.push(ref.node);
  });
  return found;
}
