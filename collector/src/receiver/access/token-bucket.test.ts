import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('lets through a peak of ten seconds, then the rate', () => {
  let now = 0;
  const bucket = new TokenBucket(100, () => now);
  expect(bucket.take(1_000)).toBe(0);
  expect(bucket.take(1)).toBe(1);
  now += 10;
  expect(bucket.take(1)).toBe(0);
  expect(bucket.take(1)).toBe(1);
});

it('lets the batch of an exporter through at any rate', () => {
  const bucket = new TokenBucket(1, () => 0);
  expect(bucket.peak).toBe(512);
  expect(bucket.take(512)).toBe(0);
  expect(bucket.take(1)).toBe(1);
});

it('is never owed more than one peak, however much has come', () => {
  let now = 0;
  const bucket = new TokenBucket(100, () => now);
  bucket.owe(10_000_000);
  expect(bucket.take(1)).toBe(10);
  now += 10_001;
  expect(bucket.take(1)).toBe(0);
});

it('lets a request through where anything is left, and says when the next may come', () => {
  let now = 0;
  const bucket = new TokenBucket(5, () => now);
  bucket.take(511);
  expect(bucket.take(101)).toBe(0);
  expect(bucket.take(1)).toBe(20);
  now += 19_999;
  expect(bucket.take(1)).toBe(1);
  now += 2;
  expect(bucket.take(1)).toBe(0);
});

it('counts at a new rate from the change on, and keeps what is owed', () => {
  let now = 0;
  const bucket = new TokenBucket(1, () => now);
  bucket.take(532);
  now += 10_000;
  bucket.setRate(10);
  expect(bucket.take(1)).toBe(1);
  now += 1_001;
  expect(bucket.take(1)).toBe(0);
});
