// Numbers and tables as Markdown.
'use strict';

function table(headings, alignment, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = [...alignment].map((a) => (a === 'r' ? '---:' : '---'));
  return [line(headings), line(rule), ...rows.map(line)].join('\n') + '\n';
}

const ms = (value) => value.toFixed(value < 10 ? 3 : 1);
const times = (c) => `${c.ratio.toFixed(2)}x`;
const timesWithInterval = (c) => `${times(c)} (${c.low.toFixed(2)} to ${c.high.toFixed(2)})`;
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);

module.exports = { table, ms, times, timesWithInterval, megabytes };
