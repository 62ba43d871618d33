import { Buffer } from 'node:buffer';
import type { TlsFiles } from '../receiver/tls.ts';

// Made for these tests with `openssl req -x509 -newkey ec`; the keys protect nothing.

/** For localhost and 127.0.0.1, its own authority, for a hundred years. */
export const FIRST: TlsFiles = {
  cert: Buffer.from(`-----BEGIN CERTIFICATE-----
MIIBlDCCATmgAwIBAgIUa8imL2wQGaLBpqyhgY7ypiCbqskwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFZmlyc3QwIBcNMjYxMTI1MTQzOTE1WhgPMjEyNjExMDExNDM5
MTVaMBAxDjAMBgNVBAMMBWZpcnN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
CUYtMSPVx7vowsX0mFrustqw/8RrSH0B8N3h+B4sZZ/spFato991rZr3vr+v1NNp
3dGIl8MjsgqYy3KbJd/oKKNvMG0wHQYDVR0OBBYEFBKiMwIuelPP+KpQ+QOBMVrb
PWf8MB8GA1UdIwQYMBaAFBKiMwIuelPP+KpQ+QOBMVrbPWf8MA8GA1UdEwEB/wQF
MAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAoGCCqGSM49BAMCA0kA
MEYCIQDSwiCA88gbzwfPwBDk+k96e0jQJ6Q7JqnCnx5vfAfq5wIhAPfLb32ylzNB
jQVWLRvMp/7MoWvp9W5fUGBaWnT1aLLk
-----END CERTIFICATE-----
`),
  key: Buffer.from(`-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSRYwo2lzonNkH+7G
7fyuCUTDgSf9jmy26XYgKfb5Dl2hRANCAAQJRi0xI9XHu+jCxfSYWu6y2rD/xGtI
fQHw3eH4Hixln+ykVq2j33Wtmve+v6/U02nd0YiXwyOyCpjLcpsl3+go
-----END PRIVATE KEY-----
`),
};

/** For localhost and 127.0.0.1, its own authority, for a hundred years. */
export const SECOND: TlsFiles = {
  cert: Buffer.from(`-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIULt3OJRnF3z3KO5eOTSIVZqm5ByMwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGc2Vjb25kMCAXDTI2MTEyNTE0MzkxNVoYDzIxMjYxMTAxMTQz
OTE1WjARMQ8wDQYDVQQDDAZzZWNvbmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AATBH7T0xbdisUqVPCtNA0ZWbXlO+k1WnplZv2T+2ecoHbfxKtBdlpK2ef/SLEJo
o3W7kd/2mw8+etbXEYRJ9paMo28wbTAdBgNVHQ4EFgQU03WfOWwBQyLTaCdF5RDT
C/7OcVYwHwYDVR0jBBgwFoAU03WfOWwBQyLTaCdF5RDTC/7OcVYwDwYDVR0TAQH/
BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwID
RwAwRAIgb6pLCi8GGwBk1z5mycPblubDIJ9QUEPfl4LCWoPC11UCIEPEAKpet5FO
i49zTSKq112CdnUGh2+bxrLfn6BPGp1E
-----END CERTIFICATE-----
`),
  key: Buffer.from(`-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyHZNXQa9l6RTr9+E
hPpsU/y6iWF8CSZvUUiGCH720PWhRANCAATBH7T0xbdisUqVPCtNA0ZWbXlO+k1W
nplZv2T+2ecoHbfxKtBdlpK2ef/SLEJoo3W7kd/2mw8+etbXEYRJ9paM
-----END PRIVATE KEY-----
`),
};
