// The strict reader of pages that the other tests rely on: what it takes, and that it takes nothing else.

import { describe, expect, it } from 'vitest';
import { PageError, type PageFormat, parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';

const HEAD = '# HELP a_total Help.\n# TYPE a_total counter\n';
const GAUGE = '# HELP g Help.\n# TYPE g gauge\n';
const HISTOGRAM = '# HELP h Help.\n# TYPE h histogram\n';

describe('what it reads', () => {
  it('reads families, help, labels and values', () => {
    const page = parseExposition(
      '# HELP g One \\\\ two\\nthree "four".\n# TYPE g gauge\ng{b="x\\\\y\\n\\"z{},=",a=""} -1.5e-7\ng +Inf\n\n# HELP u H.\n# TYPE u untyped\n',
    );
    expect(page.families.get('g')).toEqual({
      name: 'g',
      type: 'gauge',
      help: 'One \\ two\nthree "four".',
      samples: [
        { name: 'g', labels: { a: '', b: 'x\\y\n"z{},=' }, value: -1.5e-7 },
        { name: 'g', labels: {}, value: Number.POSITIVE_INFINITY },
      ],
    });
    expect(page.families.get('u')?.samples).toEqual([]);
    expect(valueIn(page, 'g', { b: 'x\\y\n"z{},=', a: '' })).toBe(-1.5e-7);
    expect(valueIn(page, 'g', { a: '' })).toBeUndefined();
    expect(samplesOf(page, 'g', { a: '' })).toHaveLength(1);
  });

  it('reads OpenMetrics', () => {
    const page = parseExposition('# HELP a H.\n# TYPE a counter\na_total 2\n# EOF\n', 'openmetrics');
    expect(valueIn(page, 'a_total')).toBe(2);
    expect(parseExposition('# EOF\n', 'openmetrics').families.size).toBe(0);
  });

  it('reads a histogram', () => {
    const buckets = 'h_bucket{le="0.1"} 1\nh_bucket{le="+Inf"} 3\nh_sum 1.5\nh_count 3\n';
    expect(parseExposition(HISTOGRAM + buckets).series.size).toBe(4);
  });
});

describe('what it refuses', () => {
  it.each<[string, string, PageFormat?]>([
    ['no line feed at the end', `${GAUGE}g 1`],
    ['half a surrogate pair', `${GAUGE}g{a="\ud800"} 1\n`],
    ['a sample without HELP and TYPE', 'g 1\n'],
    ['HELP alone', '# HELP g Help.\n'],
    ['HELP without TYPE', '# HELP g Help.\ng 1\n'],
    ['TYPE without HELP', '# TYPE g gauge\ng 1\n'],
    ['TYPE of another family', '# HELP g Help.\n# TYPE b gauge\n'],
    ['a second HELP', '# HELP g Help.\n# HELP g Help.\n# TYPE g gauge\n'],
    ['an unknown type', '# HELP g Help.\n# TYPE g gouge\n'],
    ['an OpenMetrics type in text', '# HELP g Help.\n# TYPE g info\n'],
    ['a help of nothing', '# HELP g \n# TYPE g gauge\n'],
    ['a lone backslash in help', '# HELP g \\q\n# TYPE g gauge\n'],
    ['a family in two parts', `${GAUGE}g 1\n${HEAD}a_total 1\n${GAUGE}g{a="1"} 1\n`],
    ['a sample of another family', `${GAUGE}b 1\n`],
    ['a sample after its family', `${GAUGE}g 1\n\ng{a="1"} 1\n`],
    ['a comment', `${GAUGE}# hello\ng 1\n`],
    ['a wrong metric name', '# HELP 1g Help.\n# TYPE 1g gauge\n'],
    ['a series twice', `${GAUGE}g{a="1",b="2"} 1\ng{b="2",a="1"} 1\n`],
    ['a label twice', `${GAUGE}g{a="1",a="2"} 1\n`],
    ['a wrong label name', `${GAUGE}g{1a="1"} 1\n`],
    ['a reserved label name', `${GAUGE}g{__a="1"} 1\n`],
    ['a label without quotes', `${GAUGE}g{a=1} 1\n`],
    ['a quote not escaped', `${GAUGE}g{a="1"2"} 1\n`],
    ['a backslash not escaped', `${GAUGE}g{a="1\\d"} 1\n`],
    ['a line feed in a label', `${GAUGE}g{a="1\n2"} 1\n`],
    ['a comma too many', `${GAUGE}g{a="1",} 1\n`],
    ['no labels in braces', `${GAUGE}g{} 1\n`],
    ['a blank in the labels', `${GAUGE}g{a="1", b="2"} 1\n`],
    ['no value', `${GAUGE}g\n`],
    ['no number', `${GAUGE}g one\n`],
    ['a hexadecimal number', `${GAUGE}g 0x1F\n`],
    ['NaN in another spelling', `${GAUGE}g Nan\n`],
    ['a timestamp', `${GAUGE}g 1 1700000000000\n`],
    ['two blanks', `${GAUGE}g  1\n`],
    ['a counter without _total', '# HELP a Help.\n# TYPE a counter\na 1\n'],
    ['a negative counter', `${HEAD}a_total -1\n`],
    ['a counter that is NaN', `${HEAD}a_total NaN\n`],
    ['a histogram without +Inf', `${HISTOGRAM}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`],
    ['buckets that fall', `${HISTOGRAM}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`],
    ['a count that is not the buckets’', `${HISTOGRAM}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`],
    ['OpenMetrics without EOF', GAUGE, 'openmetrics'],
    ['something after EOF', `# EOF\n${GAUGE}`, 'openmetrics'],
    ['EOF in the middle', `${GAUGE}# EOF\ng 1\n# EOF\n`, 'openmetrics'],
    ['an empty OpenMetrics page', '', 'openmetrics'],
    ['a blank line in OpenMetrics', `${GAUGE}g 1\n\n# EOF\n`, 'openmetrics'],
    ['EOF in text', `${GAUGE}g 1\n# EOF\n`, 'text'],
    ['an OpenMetrics family named _total', `${HEAD}a_total 1\n# EOF\n`, 'openmetrics'],
    ['an OpenMetrics counter sample without _total', '# HELP a H.\n# TYPE a counter\na 1\n# EOF\n', 'openmetrics'],
    ['a quote in OpenMetrics help', '# HELP g a "b".\n# TYPE g gauge\n# EOF\n', 'openmetrics'],
  ])('%s', (_, text, format) => {
    expect(() => parseExposition(text, format)).toThrow(PageError);
  });

  it('names the line', () => {
    expect(() => parseExposition(`${GAUGE}g 1\ng 2\n`)).toThrow('line 4: the series was there before: g 2');
  });
});
