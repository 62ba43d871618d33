import { once } from 'node:events';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstrumentedWs, instrumentWs } from '../../test/instrumented-ws.ts';
import type { RecordedSpans } from '../../test/recorded-spans.ts';
import { clientFrame, openPair, rawSocket, serverFrame } from '../../test/socket-pair.ts';
import type { PayloadSignature } from '../attributes.ts';

const GZIP = Buffer.from('1f8b080000000000', 'hex');

describe('a payload that is not text', () => {
  let spans: RecordedSpans;
  let instrumented: InstrumentedWs;

  beforeEach(() => {
    instrumented = instrumentWs();
    spans = instrumented.spans;
  });
  afterEach(() => instrumented.stop());

  it('is 1007 on the side that detects it, though ws reports 1006 there', async () => {
    const { client } = await openPair();
    client.send('fine');
    client.send(GZIP, { binary: false });
    const server = await spans.find('websocket.close', 'server');
    expect(server.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_sent': 1007,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': false,
      'error.type': 'WS_ERR_INVALID_UTF8',
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.offset': 1,
      'websocket.payload.size': 8,
      'websocket.payload.fragments': 1,
      'websocket.payload.signature': 'gzip',
      'websocket.payload.sender': 'client',
      'websocket.payload.message_index': 1,
      'websocket.messages.received': 1,
    });
    expect(server.attributes).not.toHaveProperty('websocket.close.code_received');
    expect(server.status.code).toBe(2);
  });

  it('is 1007 on the other side too, which knows that it sent the bytes', async () => {
    const { client } = await openPair();
    client.send(GZIP, { binary: false });
    const span = await spans.find('websocket.close', 'client');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_received': 1007,
      'websocket.close.code_reported': 1007,
      'websocket.close.initiator': 'remote',
      'websocket.payload.sender': 'client',
    });
    expect(span.attributes).not.toHaveProperty('websocket.payload.defect');
    expect(span.status.code).toBe(2);
  });

  it("is the server's fault where the server sends it", async () => {
    const { server } = await openPair();
    server.send(GZIP, { binary: false });
    const detected = await spans.find('websocket.close', 'client');
    expect(detected.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'local',
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.sender': 'server',
    });
    const told = await spans.find('websocket.close', 'server');
    expect(told.attributes).toMatchObject({ 'websocket.close.code': 1007, 'websocket.payload.sender': 'server' });
  });

  it('has its offset in the whole message, across fragments and empty ones', async () => {
    const { client } = await openPair();
    client.send(Buffer.from('price: 10 '), { binary: false, fin: false });
    client.send(Buffer.alloc(0), { binary: false, fin: false });
    client.send(Buffer.from([0xe2, 0x28, 0xa1]), { binary: false, fin: true });
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.offset': 10,
      'websocket.payload.size': 13,
      'websocket.payload.fragments': 3,
    });
  });

  it('is a character that two fragments share only where it stays incomplete', async () => {
    const { client, server } = await openPair();
    client.send(Buffer.from([0xe2, 0x82]), { binary: false, fin: false });
    client.send(Buffer.from([0xac]), { binary: false, fin: true });
    expect(String((await once(server, 'message'))[0])).toBe('€');
    client.send(Buffer.from([0x31, 0x30, 0x20, 0xe2, 0x82]), { binary: false });
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.payload.signature': 'cut_sequence',
      'websocket.payload.offset': 3,
      'websocket.payload.size': 5,
      'websocket.payload.message_index': 1,
    });
  });

  it('is found in what a compressed message says', async () => {
    const { client } = await openPair({ perMessageDeflate: { threshold: 0 } }, { perMessageDeflate: { threshold: 0 } });
    client.send(Buffer.from('caf\u00e9 caf\u00e9 caf\u00e9', 'latin1'), { binary: false, compress: true });
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.signature': 'latin-1',
      'websocket.payload.offset': 3,
      'websocket.payload.size': 14,
    });
  });

  it('is invalid_deflate where the compressed data is broken', async () => {
    const { client } = await openPair({ perMessageDeflate: true }, { perMessageDeflate: true });
    const broken = deflateRawSync('hello hello hello');
    broken.fill(0xff);
    rawSocket(client).write(clientFrame(0xc1, broken)); // FIN, RSV1: compressed, text
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_sent': 1007,
      'websocket.close.code_reported': 1006,
      'error.type': 'Z_DATA_ERROR',
      'websocket.payload.defect': 'invalid_deflate',
      'websocket.payload.size': broken.length,
      'websocket.payload.fragments': 1,
      'websocket.payload.sender': 'client',
      'websocket.payload.message_index': 0,
    });
    expect(span.attributes).not.toHaveProperty('websocket.payload.offset');
  });

  it('is invalid_close_reason in a close frame, whose reason is not recorded', async () => {
    const { server } = await openPair();
    rawSocket(server).write(serverFrame(0x88, Buffer.from([0x03, 0xe8, 0x62, 0x79, 0x65, 0xff])));
    const span = await spans.find('websocket.close', 'client');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'local',
      'error.type': 'WS_ERR_INVALID_UTF8',
      'websocket.payload.defect': 'invalid_close_reason',
      'websocket.payload.offset': 3,
      'websocket.payload.size': 4,
      'websocket.payload.sender': 'server',
    });
    expect(span.attributes).not.toHaveProperty('websocket.close.code_received');
    expect(span.attributes).not.toHaveProperty('websocket.close.reason');
  });

  it('is invalid_utf8 where the peer answers it like Chromium, with 1002 and a text', async () => {
    const { client } = await openPair();
    client.close(1002, 'Invalid UTF-8 in text frame');
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1002,
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.sender': 'server',
    });
  });

  it("is the application's own word where the application says 1007", async () => {
    const { server } = await openPair();
    server.close(1007, 'invalid argument');
    for (const role of ['server', 'client'] as const) {
      const span = await spans.find('websocket.close', role);
      expect(span.attributes).toMatchObject({
        'websocket.close.code': 1007,
        'websocket.payload.defect': 'application',
        'websocket.close.reason': 'invalid argument',
      });
      expect(span.attributes).not.toHaveProperty('websocket.payload.sender');
    }
  });

  /** Bytes of every signature that there is: the type asks for all. */
  const BYTES_BY_SIGNATURE: Record<PayloadSignature, string> = {
    gzip: '1f8b0800',
    zlib: '789c4b4c4a06',
    zstd: '28b52ffd2003190000',
    msgpack: '82a7636f6d70616374c3a6736368656d6100',
    cbor: 'a26161016162820203',
    protobuf: '089601120774657374696e67',
    png: '89504e470d0a1a0a',
    jpeg: 'ffd8ffe000104a464946',
    'utf-16le': 'fffe68006900',
    'utf-16be': 'feff00680069',
    'latin-1': '636166e9',
    cut_sequence: '3130e282',
    surrogate: '6869eda0bd',
    overlong: '6869c0802e',
    unknown: '00ff13c7a9f80b99e71d',
  };

  it.each(Object.entries(BYTES_BY_SIGNATURE))('is recognised on the wire: %s', async (signature, bytes) => {
    const { client } = await openPair();
    client.send(Buffer.from(bytes, 'hex'), { binary: false });
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes['websocket.payload.signature']).toBe(signature);
    expect(span.attributes['websocket.close.code']).toBe(1007);
  });
});
