import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../batch/event-batch.ts';
import { COLUMNS } from '../columns.ts';
import { APPEND_ROWS } from '../store.ts';
import { groupWait } from './group-wait.ts';
import { WaitingGroups } from './waiting-groups.ts';

const SEQUENCE = COLUMNS.findIndex(column => column.field === 'messagesSent');
const CLIENT = COLUMNS.findIndex(column => column.field === 'clientId');

/** Rows numbered on from those before, with a text of their own. */
function write(groups: WaitingGroups, rows: number, first: number): Promise<void> {
  const { batch } = groups.filling;
  for (let number = first; number < first + rows; number++) {
    const row = batch.addRow();
    batch.columns[SEQUENCE]!.numbers[row] = number;
    batch.columns[CLIENT]!.texts[row] = batch.texts.idOfString(`client-${number}`);
  }
  return groups.join();
}

function numbersOf({ columns, rows, texts }: EventBatch): number[] {
  const numbers = [...columns[SEQUENCE]!.numbers.subarray(0, rows)];
  const clients = [...columns[CLIENT]!.texts.subarray(0, rows)].map(id => texts.textOf(id));
  expect(clients).toEqual(numbers.map(number => `client-${number}`));
  return numbers;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('groups that wait for their commit', () => {
  it('are full with exactly the rows that an engine writes best, and the rest of a request goes over into the next', async () => {
    const groups = new WaitingGroups();
    const first = write(groups, APPEND_ROWS - 10, 0);
    expect(groups.hasFull).toBe(false);
    const second = write(groups, 30, APPEND_ROWS - 10);
    expect(groups.hasFull).toBe(true);

    const full = groups.take();
    expect(numbersOf(full.batch)).toEqual(numbers(0, APPEND_ROWS));
    full.committed();
    await first;
    let isSecondDone = false;
    second.then(() => {
      isSecondDone = true;
    });
    await full.done;
    expect(isSecondDone).toBe(false);

    const rest = groups.take();
    expect(numbersOf(rest.batch)).toEqual(numbers(APPEND_ROWS, APPEND_ROWS + 20));
    rest.committed();
    await second;
    expect(groups.isEmpty).toBe(true);
  });

  it('take a request of several groups, and fail it where one of them fails', async () => {
    const groups = new WaitingGroups();
    const joined = write(groups, APPEND_ROWS * 3, 0);
    const taken = [groups.take(), groups.take(), groups.take()];
    expect(taken.flatMap(({ batch }) => numbersOf(batch))).toEqual(numbers(0, APPEND_ROWS * 3));
    expect(groups.isEmpty).toBe(true);
    // Copies have room for their rows and no more, as a row is counted for: see HELD_BYTES_PER_ROW.
    expect(taken.slice(1).map(({ batch }) => batch.capacity)).toEqual([APPEND_ROWS, APPEND_ROWS]);
    taken[0]!.committed();
    taken[1]!.failed(new Error('no space'));
    taken[2]!.committed();
    await expect(joined).rejects.toThrow('no space');
  });
});

describe('the wait of a group', () => {
  it('ends after the usual time where it would not be full soon', () => {
    expect(groupWait({ rows: 300, sinceFirst: 40, sinceLast: 5 }, 100)).toBe(60);
    expect(groupWait({ rows: 6_000, sinceFirst: 100, sinceLast: 5 }, 100)).toBe(0);
  });

  it('goes on, look by look, where it will be full within three times as much', () => {
    expect(groupWait({ rows: 7_000, sinceFirst: 100, sinceLast: 5 }, 100)).toBe(25);
    expect(groupWait({ rows: 19_900, sinceFirst: 290, sinceLast: 5 }, 100)).toBe(10);
    expect(groupWait({ rows: 20_000, sinceFirst: 310, sinceLast: 5 }, 100)).toBe(0);
  });

  it('ends when no more come', () => {
    expect(groupWait({ rows: 20_000, sinceFirst: 130, sinceLast: 30 }, 100)).toBe(0);
  });
});
