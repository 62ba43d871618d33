/** What is known about one close code, in sentences without line breaks. */
export interface CloseCodeText {
  code: number;
  /** As in the IANA registry, or short for it. */
  name: string;
  meaning: string;
  sentBy: string;
  appears: string;
  todo: string;
  source: string;
}

const RFC = 'RFC 6455, section 7.4.1';
const IANA = 'IANA WebSocket Close Code Number Registry';

/**
 * The codes that have a meaning of their own, by number. Sources: RFC 6455 (section 7.4.1), the registry
 * (https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number), and for what is seen in practice the
 * project's conventions.
 */
export const CLOSE_CODES: readonly CloseCodeText[] = [
  {
    code: 1000,
    name: 'Normal Closure',
    meaning: 'The connection has done what it was opened for.',
    sentBy: 'Either side.',
    appears: 'When an application calls close() and gives no other code. Some servers send it even at a restart.',
    todo: 'Nothing. But look at the clients: some never come back after a 1000, which makes it the wrong code for a restart.',
    source: RFC,
  },
  {
    code: 1001,
    name: 'Going Away',
    meaning: 'This end is going away: a server shuts down, or a user has left the page.',
    sentBy: 'Servers such as Jetty at a restart, and browsers whenever a tab closes.',
    appears: 'In waves at a deploy, and all day long one by one from browsers.',
    todo: 'Nothing for single ones. A wave is read like 1012: did the clients come back, and did the version change?',
    source: RFC,
  },
  {
    code: 1002,
    name: 'Protocol Error',
    meaning: 'The other side broke the framing rules of the protocol.',
    sentBy: 'The side that received the bad frame.',
    appears: 'After a proxy or library that mangles frames. Chromium also sends it for text that is not UTF-8.',
    todo: 'Read the reason: "Invalid UTF-8 in text frame" is a 1007 in disguise. Else look for a new proxy or library version.',
    source: RFC,
  },
  {
    code: 1003,
    name: 'Unsupported Data',
    meaning:
      'The receiver does not take this kind of data: often a binary message to an endpoint that knows text only.',
    sentBy: 'The side that received the message.',
    appears: 'When the two ends disagree about the kind of frame.',
    todo: 'Compare what the sender sends with what the endpoint documents; agree on text or binary.',
    source: RFC,
  },
  {
    code: 1004,
    name: 'Reserved',
    meaning: 'None yet.',
    sentBy: 'Nobody who keeps to the standard.',
    appears: 'Hardly ever; some application invented it.',
    todo: 'Find who sends it, and let it use a code from 4000 to 4999.',
    source: RFC,
  },
  {
    code: 1005,
    name: 'No Status Received',
    meaning: 'The close frame carried no code. Never on the wire: the receiving library reports it.',
    sentBy: 'Nobody; it stands for a missing code.',
    appears: 'When an application closes without a code, and when a proxy rewrites a 1012.',
    todo: 'In a wave, read it as what a proxy left of 1012 or 1001: compare with the code that the server says it sent.',
    source: RFC,
  },
  {
    code: 1006,
    name: 'Abnormal Closure',
    meaning: 'The connection ended without a close frame. Never on the wire: the library reports it.',
    sentBy: 'Nobody; it stands for a missing close frame.',
    appears:
      'When a process is killed, a network is cut, a proxy reloads or times out. Libraries also report it on the side that detects a 1007.',
    todo: 'Look at who is missing: one instance (a crash), all instances at once (network or proxy), or a round connection age (a timeout).',
    source: RFC,
  },
  {
    code: 1007,
    name: 'Invalid Frame Payload Data',
    meaning: 'A message does not fit its type: a text message is not UTF-8.',
    sentBy: 'The side that received the bytes; its own close event may say 1006. The bug is on the other side.',
    appears:
      'When somebody sends binary or compressed bytes as text, cuts a message inside a character, or uses another charset. A restart does not cause it.',
    todo: 'Page whoever owns the sender. Raw bytes go into binary frames, text frames carry UTF-8 only. Reconnecting does not help: the client sends the same again.',
    source: `${RFC}; sections 5.6 and 8.1`,
  },
  {
    code: 1008,
    name: 'Policy Violation',
    meaning: 'A message or a client is against the rules, and no other code fits.',
    sentBy: 'Mostly servers.',
    appears: 'At an expired token, a missing permission, too many messages.',
    todo: 'Read the reason; look at authentication and rate limits. A wave of it often follows an expired signing key.',
    source: RFC,
  },
  {
    code: 1009,
    name: 'Message Too Big',
    meaning: 'A message is larger than the receiver takes.',
    sentBy: 'The side that received the message.',
    appears: 'When a payload grows past the limit (100 MiB in ws, 1 MiB in many servers and proxies).',
    todo: 'Compare the size with the limit; split the message or raise the limit on purpose.',
    source: RFC,
  },
  {
    code: 1010,
    name: 'Mandatory Extension',
    meaning: 'The client wanted an extension that the server did not negotiate.',
    sentBy: 'Clients only: a server refuses the handshake instead.',
    appears: 'After a server or proxy was changed and stopped offering an extension.',
    todo: 'Compare Sec-WebSocket-Extensions of the request and of the answer.',
    source: RFC,
  },
  {
    code: 1011,
    name: 'Internal Error',
    meaning: 'Something unexpected kept the sender from going on.',
    sentBy: 'Mostly servers.',
    appears: 'At an unhandled exception; in some libraries also at a ping timeout.',
    todo: 'Read the logs of the server at that time; look whether it began with a version.',
    source: `${RFC}; erratum 3227`,
  },
  {
    code: 1012,
    name: 'Service Restart',
    meaning:
      'The server restarts. The client may come back: 1-5 s later by common advice, 5-30 s by its registration, at random in any case.',
    sentBy: 'Servers that drain before they stop, such as uvicorn and Phoenix.',
    appears: 'In waves at a rolling deploy, instance by instance; a proxy can turn it into 1005 or 1006.',
    todo: 'Nothing, if the version changed and the clients came back 1-5 s later. If they stay away, come at once or all together: mend their reconnect.',
    source: IANA,
  },
  {
    code: 1013,
    name: 'Try Again Later',
    meaning: 'The server is overloaded and sheds connections.',
    sentBy: 'Servers.',
    appears: 'Under load, and often right after a wave when all clients come back together.',
    todo: 'Look at load and at the reconnects of the last wave; add jitter and backoff to the clients.',
    source: IANA,
  },
  {
    code: 1014,
    name: 'Bad Gateway',
    meaning: 'A gateway got an invalid answer from the server behind it; like HTTP 502.',
    sentBy: 'Gateways and proxies.',
    appears: 'When the server behind a gateway dies or is being replaced.',
    todo: 'Look at the servers behind the gateway, not at the clients.',
    source: IANA,
  },
  {
    code: 1015,
    name: 'TLS Handshake',
    meaning: 'The TLS handshake failed. Never on the wire: the library reports it.',
    sentBy: 'Nobody; it stands for a connection that never began.',
    appears: 'At an expired or wrong certificate; browsers usually say 1006 instead.',
    todo: 'Check the certificate, its names and its expiry.',
    source: RFC,
  },
  {
    code: 3000,
    name: 'Unauthorized',
    meaning: 'The client has to be authorized first; like HTTP 401.',
    sentBy: 'Servers.',
    appears: 'At a missing or expired token.',
    todo: 'Look at tokens and their expiry.',
    source: IANA,
  },
  {
    code: 3003,
    name: 'Forbidden',
    meaning: 'The client is known and has no permission; like HTTP 403.',
    sentBy: 'Servers.',
    appears: 'When rights are missing or were taken away.',
    todo: 'Look at the permissions, and at changes to them.',
    source: IANA,
  },
  {
    code: 3008,
    name: 'Timeout',
    meaning: 'The client took too long to answer; like HTTP 408.',
    sentBy: 'Servers.',
    appears: 'On slow networks and with clients that hang.',
    todo: 'Compare the time limit with how long clients take.',
    source: IANA,
  },
];
