import { type CountSeries, CountsError } from './count-series.ts';
import { SeriesBuilder } from './series-builder.ts';
import { timeFromText } from './time-from-text.ts';

/** Where the columns stand; exposure is -1 where there is none. */
interface Columns {
  time: number;
  count: number;
  exposure: number;
  number: number;
}

/**
 * Reads counts from the lines of a CSV file: a header with `time`, `count` and where there is one `exposure`, in any order, other columns ignored. `time` is the start of a bin, RFC 3339
 * or epoch seconds; an empty or NaN count is a bin that is unknown.
 *
 * @throws CountsError with the line, what was expected and what came
 */
export async function countsFromCsv(lines: AsyncIterable<string> | Iterable<string>): Promise<CountSeries> {
  const builder = new SeriesBuilder('line');
  let columns: Columns | null = null;
  let number = 0;
  for await (const line of lines) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (text.trim() === '') continue;
    const cells = cellsOf(text);
    if (columns === null) columns = columnsOf(cells, number);
    else addBin(builder, columns, cells, number);
  }
  if (columns === null) throw new CountsError('expected a header with time and count, got an empty file');
  return builder.build(columns.exposure >= 0);
}

function columnsOf(header: readonly string[], line: number): Columns {
  const names = header.map(name => name.toLowerCase());
  const place = (name: string) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return names.indexOf(name);
    throw new CountsError(`line ${line}: expected one column ${name}, got two`);
  };
  const [time, count] = [place('time'), place('count')];
  if (time < 0 || count < 0)
    throw new CountsError(
      `line ${line}: expected a header with time and count, got "${header.join(',').slice(0, 100)}"`,
    );
  return { time, count, exposure: place('exposure'), number: header.length };
}

function addBin(builder: SeriesBuilder, columns: Columns, cells: readonly string[], line: number): void {
  if (cells.length < columns.number)
    throw builder.problem(line, `expected ${columns.number} columns as in the header, got ${cells.length}`);
  const text = cells[columns.time]!;
  const time = timeFromText(text);
  if (time === null) throw builder.problem(line, `expected a time in RFC 3339 or epoch seconds, got "${text}"`);
  const count = cells[columns.count]!;
  const exposure = columns.exposure < 0 ? 1 : numberOf(builder, 'an exposure', cells[columns.exposure]!, line);
  const isUnknown = count === '' || count.toLowerCase() === 'nan';
  builder.add(line, time, isUnknown ? null : numberOf(builder, 'a count', count, line), exposure);
}

function numberOf(builder: SeriesBuilder, what: string, text: string, line: number): number {
  const number = Number(text);
  if (text !== '' && Number.isFinite(number) && number >= 0) return number;
  throw builder.problem(line, `expected ${what} from 0 on, got "${text}"`);
}

/** Cells of one line, trimmed; a quoted one may hold commas, and its quotes are doubled (RFC 4180). */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map(cell => cell.trim());
  return [...line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))(?=,|$)/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? '').trim(),
  );
}
