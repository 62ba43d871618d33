/**
 * The wire contract, named once: every span name, attribute and enumerated value that the instrumentation emits and the
 * collector understands. OpenTelemetry has no WebSocket convention yet (semantic-conventions issue 2841), so names that
 * OTel has are used as they are, and the `websocket.*` namespace holds the rest.
 */

/** From the upgrade request until the connection is open, or has failed (status ERROR). */
export const SPAN_CONNECT = 'websocket.connect';
/** From the first close signal until the socket is closed. Starts its own trace and links to the connect span. */
export const SPAN_CLOSE = 'websocket.close';
/** From the previous close until the new open, or until given up (status ERROR). */
export const SPAN_RECONNECT = 'websocket.reconnect';
/** From the moment a server begins to shed its connections until the last one is gone. */
export const SPAN_DRAIN = 'websocket.drain';

/** The id of this side's connect span, in hex. */
export const ATTR_CONNECTION_ID = 'websocket.connection.id';
/** `client` or `server`: which end of the connection reports. */
export const ATTR_ROLE = 'websocket.role';
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const ATTR_URL_SCHEME = 'url.scheme';
/** The path alone: a query string is never recorded. */
export const ATTR_URL_PATH = 'url.path';
export const ATTR_URL_TEMPLATE = 'url.template';
export const ATTR_SUBPROTOCOL = 'websocket.subprotocol';
export const ATTR_USER_AGENT = 'user_agent.original';
export const ATTR_CLIENT_NAME = 'websocket.client.name';
export const ATTR_CLIENT_VERSION = 'websocket.client.version';
/** A stable pseudonymous id: the basis of counting distinct clients. */
export const ATTR_CLIENT_ID = 'websocket.client.id';
export const ATTR_SESSION_ID = 'session.id';
export const ATTR_SESSION_PREVIOUS_ID = 'session.previous_id';

/** Connect: the HTTP status of a failed handshake. */
export const ATTR_HTTP_STATUS = 'http.response.status_code';
/** Connect and close: the library's stable error code, such as `WS_ERR_INVALID_UTF8`. */
export const ATTR_ERROR_TYPE = 'error.type';

/** The effective close code: not always the one that a `close` event shows. */
export const ATTR_CLOSE_CODE = 'websocket.close.code';
export const ATTR_CLOSE_CODE_SENT = 'websocket.close.code_sent';
export const ATTR_CLOSE_CODE_RECEIVED = 'websocket.close.code_received';
/** What the library told the application. */
export const ATTR_CLOSE_CODE_REPORTED = 'websocket.close.code_reported';
/** `local`, `remote` or `transport`. */
export const ATTR_CLOSE_INITIATOR = 'websocket.close.initiator';
/** True when both close frames were seen. */
export const ATTR_CLOSE_CLEAN = 'websocket.close.clean';
/** At most 123 bytes, scrubbed. */
export const ATTR_CLOSE_REASON = 'websocket.close.reason';
/** What a library on top says, such as socket.io's "ping timeout". */
export const ATTR_CLOSE_LIBRARY_REASON = 'websocket.close.library_reason';
/** Seconds, double. */
export const ATTR_CONNECTION_DURATION = 'websocket.connection.duration';
export const ATTR_MESSAGES_RECEIVED = 'websocket.messages.received';
export const ATTR_MESSAGES_SENT = 'websocket.messages.sent';

/** `invalid_utf8`, `invalid_deflate`, `invalid_close_reason` or `application`. */
export const ATTR_PAYLOAD_DEFECT = 'websocket.payload.defect';
/** Index of the first invalid byte in the message. */
export const ATTR_PAYLOAD_OFFSET = 'websocket.payload.offset';
/** Message length in bytes. */
export const ATTR_PAYLOAD_SIZE = 'websocket.payload.size';
/** Number of frames of the message. */
export const ATTR_PAYLOAD_FRAGMENTS = 'websocket.payload.fragments';
/** What the bytes look like: a name, never the bytes. */
export const ATTR_PAYLOAD_SIGNATURE = 'websocket.payload.signature';
/** `client` or `server`: who sent the bytes. */
export const ATTR_PAYLOAD_SENDER = 'websocket.payload.sender';
/** How many messages that side had sent before. */
export const ATTR_PAYLOAD_MESSAGE_INDEX = 'websocket.payload.message_index';

export const ATTR_RECONNECT_PREVIOUS_CODE = 'websocket.reconnect.previous_code';
export const ATTR_RECONNECT_PREVIOUS_CONNECTION_ID = 'websocket.reconnect.previous_connection_id';
/** Handshakes tried, the successful one included. */
export const ATTR_RECONNECT_ATTEMPTS = 'websocket.reconnect.attempts';
/** Seconds from the close to the first try. */
export const ATTR_RECONNECT_DELAY = 'websocket.reconnect.delay';
/** `recovered` or `abandoned`. */
export const ATTR_RECONNECT_OUTCOME = 'websocket.reconnect.outcome';
/** How the pair was found: `context` or `endpoint`. */
export const ATTR_RECONNECT_MATCH = 'websocket.reconnect.match';
/** Open connections when the drain began. */
export const ATTR_DRAIN_CONNECTIONS = 'websocket.drain.connections';

/**
 * On spans that an application's own sampler chose while it drops others, and says no probability (`ot=th:` in the trace
 * state): they can't be weighed. The value is `unknown_weight`.
 */
export const SAMPLING_MARK = 'websocket.telemetry.sampling';

/** Up-down counter of open connections, by role. */
export const METRIC_CONNECTIONS_ACTIVE = 'websocket.connections.active';
/** Histogram in seconds, by role and code. */
export const METRIC_CONNECTION_DURATION = 'websocket.connection.duration';
/** Counter of closes, by role, code and initiator. */
export const METRIC_CLOSES = 'websocket.closes';
/** Histogram in seconds, by outcome and previous code. */
export const METRIC_RECONNECT_DURATION = 'websocket.reconnect.duration';
/** Counter of failed handshakes, by role and error. */
export const METRIC_CONNECT_FAILURES = 'websocket.connect.failures';
/** Counter: spans that were not exported, by reason. */
export const METRIC_TELEMETRY_DROPPED = 'websocket.telemetry.dropped';

// Resource attributes that the product reads (stable OpenTelemetry names).
export const ATTR_SERVICE_NAME = 'service.name';
export const ATTR_SERVICE_VERSION = 'service.version';
export const ATTR_SERVICE_INSTANCE_ID = 'service.instance.id';
export const ATTR_DEPLOYMENT_ENVIRONMENT = 'deployment.environment.name';
export const ATTR_CLOUD_REGION = 'cloud.region';
export const ATTR_K8S_NAMESPACE = 'k8s.namespace.name';
export const ATTR_K8S_DEPLOYMENT = 'k8s.deployment.name';
export const ATTR_K8S_POD = 'k8s.pod.name';

export type Role = 'client' | 'server';
export type CloseInitiator = 'local' | 'remote' | 'transport';
export type PayloadDefect = 'invalid_utf8' | 'invalid_deflate' | 'invalid_close_reason' | 'application';
export type PayloadSignature =
  | 'gzip'
  | 'zlib'
  | 'zstd'
  | 'msgpack'
  | 'cbor'
  | 'protobuf'
  | 'png'
  | 'jpeg'
  | 'utf-16le'
  | 'utf-16be'
  | 'latin-1'
  | 'cut_sequence'
  | 'surrogate'
  | 'overlong'
  | 'unknown';
export type ReconnectOutcome = 'recovered' | 'abandoned';
export type ReconnectMatch = 'context' | 'endpoint';
