import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('lets through a peak of ten seconds, then the rate', () => {
  let now = 0;
  const bucket = new TokenBucket(5, () => now);
  expect(bucket.take(50)).toBe(0);
  expect(bucket.take(1)).toBe(1);
  now += 200;
  expect(bucket.take(1)).toBe(0);
  expect(bucket.take(1)).toBe(1);
});

it('lets a request of any size through once, and says when the next may come', () => {
  let now = 0;
  const bucket = new TokenBucket(5, () => now);
  expect(bucket.take(150)).toBe(0);
  expect(bucket.take(1)).toBe(20);
  now += 19_999;
  expect(bucket.take(1)).toBe(1);
  now += 2;
  expect(bucket.take(1)).toBe(0);
});

it('counts at a new rate from the change on, and keeps what is owed', () => {
  let now = 0;
  const bucket = new TokenBucket(1, () => now);
  bucket.take(30);
  now += 10_000;
  bucket.setRate(10);
  expect(bucket.take(1)).toBe(1);
  now += 1_001;
  expect(bucket.take(1)).toBe(0);
});
