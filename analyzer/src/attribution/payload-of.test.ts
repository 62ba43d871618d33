import { expect, it } from 'vitest';
import { connectionOf } from '../wave/connections.fixture.ts';
import { payloadKinds, payloadOf } from './payload-of.ts';

it('takes the most frequent of each, and unknown where no end has seen it', () => {
  const gzip = {
    payloadDefect: 'invalid_utf8',
    payloadSignature: 'gzip',
    payloadOffset: 1,
    payloadSender: 'client',
  } as const;
  const bugs = [
    connectionOf({ id: '1', ...gzip, payloadOffset: 9 }),
    connectionOf({ id: '2', ...gzip }),
    connectionOf({ id: '3', ...gzip }),
    connectionOf({ id: '4', ...gzip, payloadSignature: 'cbor' }),
    connectionOf({ id: '5' }),
  ];
  expect(payloadOf(bugs)).toEqual({ defect: 'invalid_utf8', signature: 'gzip', offset: 1, sender: 'client' });
  expect(payloadOf([connectionOf({ id: '6' })])).toEqual({
    defect: 'unknown',
    signature: 'unknown',
    offset: null,
    sender: 'unknown',
  });
  expect(payloadOf([]).sender).toBe('unknown');
});

it('tells several kinds apart, each with its own offset and sender', () => {
  const cut = { payloadDefect: 'invalid_utf8', payloadSignature: 'cut_sequence', payloadSender: 'server' } as const;
  const deflate = { payloadDefect: 'invalid_deflate', payloadSender: 'client' } as const;
  const bugs = [
    connectionOf({ id: '1', ...deflate }),
    connectionOf({ id: '2', ...cut, payloadOffset: 1023 }),
    connectionOf({ id: '3', ...cut, payloadOffset: 1023 }),
    connectionOf({ id: '4' }),
  ];
  expect(payloadKinds(bugs)).toEqual([
    { defect: 'invalid_utf8', signature: 'cut_sequence', offset: 1023, sender: 'server', bugs: 2 },
    { defect: 'invalid_deflate', signature: 'unknown', offset: null, sender: 'client', bugs: 1 },
  ]);
});
