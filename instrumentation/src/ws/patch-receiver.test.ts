import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { Connection } from '../connection.ts';
import { connectionsByReceiver } from './patch-receiver.ts';

const connectionOf = (id: string) => new Connection('server', id, trace.wrapSpanContext(INVALID_SPAN_CONTEXT), {}, '');

describe('connectionsByReceiver', () => {
  it('keeps the connection that was set last, out of sight', () => {
    const connections = connectionsByReceiver();
    const receiver = {};
    expect(connections.get(receiver)).toBeUndefined();
    connections.set(receiver, connectionOf('first'));
    connections.set(receiver, connectionOf('second'));
    expect(connections.get(receiver)?.id).toBe('second');
    expect(Reflect.ownKeys(receiver)).toEqual([]);
  });

  it('keeps those of two instrumentations apart on one receiver', () => {
    const [one, other] = [connectionsByReceiver(), connectionsByReceiver()];
    const receiver = {};
    one.set(receiver, connectionOf('one'));
    expect(other.get(receiver)).toBeUndefined();
    other.set(receiver, connectionOf('other'));
    expect(one.get(receiver)?.id).toBe('one');
  });
});
