/** Codes of google.rpc.Status, and of gRPC. Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
export const RPC = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;
