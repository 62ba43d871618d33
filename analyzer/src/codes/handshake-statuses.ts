/** What is known about one answer to a WebSocket handshake, in sentences without line breaks. */
export interface HandshakeText {
  /** As in RFC 9110, or short for it. */
  name: string;
  meaning: string;
  todo: string;
}

/** The statuses that have a meaning of their own for a handshake. Source: RFC 9110, section 15; RFC 6455, section 4.2.2. */
const STATUSES: ReadonlyMap<number, HandshakeText> = new Map([
  [
    400,
    {
      name: 'Bad Request',
      meaning: 'The server, or a proxy, does not take the request for a WebSocket handshake.',
      todo: 'See whether a proxy drops the Upgrade and Connection headers, or a client sends a wrong version or key.',
    },
  ],
  [
    401,
    {
      name: 'Unauthorized',
      meaning: 'The client has no valid credentials.',
      todo: 'Look at tokens, their expiry and the keys that they are signed with; see whether the clients renew them before they try again.',
    },
  ],
  [
    403,
    {
      name: 'Forbidden',
      meaning: 'The client is known, and not allowed; often its origin is not.',
      todo: 'Look at permissions, at the allowed origins, and at rules of a firewall that changed.',
    },
  ],
  [
    404,
    {
      name: 'Not Found',
      meaning: 'Nothing listens for WebSockets at that path.',
      todo: 'Compare the path that clients ask for with the routes of the server and of the proxy.',
    },
  ],
  [
    408,
    {
      name: 'Request Timeout',
      meaning: 'The handshake took too long to come.',
      todo: 'Look at the load of the proxy, and at clients on slow networks.',
    },
  ],
  [
    426,
    {
      name: 'Upgrade Required',
      meaning: 'The server wants another version of the protocol, or saw no upgrade at all.',
      todo: 'See whether a proxy drops the Upgrade header: HTTP/2 between proxy and server does.',
    },
  ],
  [
    429,
    {
      name: 'Too Many Requests',
      meaning: 'A limit on new connections was reached.',
      todo: 'Look at who tries again without waiting; give the clients jitter and backoff before the limit is raised.',
    },
  ],
  [
    500,
    {
      name: 'Internal Server Error',
      meaning: 'The server failed while it answered the handshake.',
      todo: 'Read the logs of the server at that time; look whether it began with a version.',
    },
  ],
  [
    502,
    {
      name: 'Bad Gateway',
      meaning: 'The proxy got no proper answer from the server behind it.',
      todo: 'Look at the servers behind the proxy: whether they listen, and whether the proxy still sends to those that are gone.',
    },
  ],
  [
    503,
    {
      name: 'Service Unavailable',
      meaning: 'No server behind the proxy is ready, or the server takes no more.',
      todo: 'Look at readiness and load of the servers, and at how many are up.',
    },
  ],
  [
    504,
    {
      name: 'Gateway Timeout',
      meaning: 'The server behind the proxy did not answer in time.',
      todo: 'Look at what the server does before it accepts: authentication and databases are the usual ones.',
    },
  ],
]);

const NO_ANSWER: HandshakeText = {
  name: 'no answer',
  meaning: 'The connection was refused, reset, or timed out before there was an answer; browsers never say which.',
  todo: 'See whether the address resolves, something listens there, and the certificate is valid.',
};

/** What is known about the answer that a handshake failed with; null where there was none. */
export function handshakeText(status: number | null): HandshakeText {
  if (status === null) return NO_ANSWER;
  return STATUSES.get(status) ?? ofClass(status);
}

function ofClass(status: number): HandshakeText {
  if (status >= 300 && status < 400)
    return {
      name: 'redirect',
      meaning: 'The answer sends the client elsewhere, which most WebSocket clients do not follow.',
      todo: 'Give the clients the final address; look for a redirect to https or to a login page.',
    };
  if (status >= 500)
    return {
      name: 'server error',
      meaning: 'The server or a proxy before it failed.',
      todo: 'Read the logs of the proxy and of the server at that time.',
    };
  return {
    name: status >= 400 ? 'refused' : 'not an upgrade',
    meaning: 'The server, or a proxy, answered something other than an upgrade.',
    todo: 'Read the answer that a client gets, and find who gives it.',
  };
}
