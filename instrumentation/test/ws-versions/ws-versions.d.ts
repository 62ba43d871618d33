// Older versions of ws under names of their own; the types of the newest hold for what the tests use.
declare module 'ws-7-5' {
  const WebSocket: { Server: object };
  export default WebSocket;
}
declare module 'ws-8-0' {
  export * from 'ws';
}
declare module 'ws-8-8' {
  export * from 'ws';
}
declare module 'ws-8-13' {
  export * from 'ws';
}
declare module 'ws-8-18' {
  export * from 'ws';
}
