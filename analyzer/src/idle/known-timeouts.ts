/** A setting that ends connections after a while, as it is unless somebody changes it. */
export interface KnownTimeout {
  seconds: number;
  /** Who has it, and what it is called there: `nginx proxy_read_timeout`. */
  setting: string;
  /** What raises it; null where nothing does. */
  raise: string | null;
  /** It counts from the open, however busy the connection is: a ping does not help. */
  fromOpen?: true;
  source: string;
}

/** Timeouts of proxies and load balancers, by their defaults, the likeliest first. Looked up in November 2026. */
export const KNOWN_TIMEOUTS: readonly KnownTimeout[] = [
  {
    seconds: 60,
    setting: 'nginx proxy_read_timeout',
    raise: 'proxy_read_timeout 3600s',
    source: 'https://nginx.org/en/docs/http/websocket.html',
  },
  {
    seconds: 60,
    setting: 'AWS ALB idle timeout',
    raise: 'idle_timeout.timeout_seconds',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html',
  },
  {
    seconds: 60,
    setting: 'HAProxy timeout client/server',
    raise: 'timeout tunnel 1h',
    source: 'https://docs.haproxy.org/3.2/configuration.html#4.2-timeout%20tunnel',
  },
  {
    seconds: 30,
    setting: 'Google Cloud load balancer backend service timeout',
    raise: 'timeoutSec',
    fromOpen: true,
    source: 'https://cloud.google.com/load-balancing/docs/https#websocket_support',
  },
  {
    seconds: 30,
    setting: 'OpenShift router (HAProxy) client timeout',
    raise: 'tuningOptions.clientTimeout',
    source: 'https://docs.openshift.com/container-platform/latest/networking/ingress-operator.html',
  },
  {
    seconds: 55,
    setting: 'Heroku router',
    raise: null,
    source: 'https://devcenter.heroku.com/articles/http-routing#timeouts',
  },
  {
    seconds: 100,
    setting: 'Cloudflare',
    raise: null,
    source: 'https://community.cloudflare.com/t/cloudflare-websocket-timeout/5865',
  },
  {
    seconds: 230,
    setting: 'Azure App Service front end',
    raise: null,
    source: 'https://learn.microsoft.com/azure/app-service/faq-availability-performance-application-issues',
  },
  {
    seconds: 240,
    setting: 'Azure Load Balancer idle timeout',
    raise: 'Idle timeout (minutes)',
    source: 'https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout',
  },
  {
    seconds: 300,
    setting: 'Envoy stream_idle_timeout',
    raise: 'stream_idle_timeout: 0s',
    source: 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts',
  },
  {
    seconds: 350,
    setting: 'AWS NLB TCP idle timeout',
    raise: 'tcp.idle_timeout.seconds',
    source:
      'https://aws.amazon.com/blogs/networking-and-content-delivery/introducing-nlb-tcp-configurable-idle-timeout/',
  },
  {
    seconds: 600,
    setting: 'AWS API Gateway idle connection timeout',
    raise: null,
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html',
  },
  {
    seconds: 600,
    setting: 'CloudFront idle timeout',
    raise: null,
    source:
      'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-working-with.websockets.html',
  },
  {
    seconds: 3600,
    setting: 'HAProxy timeout tunnel (as most examples have it)',
    raise: 'timeout tunnel',
    source: 'https://docs.haproxy.org/3.2/configuration.html#4.2-timeout%20tunnel',
  },
];

/** Round figures that people set, in seconds, beside the defaults that are known. */
const ROUND = [
  20, 25, 40, 45, 50, 75, 90, 110, 120, 150, 180, 200, 270, 360, 400, 420, 480, 500, 540, 660, 720, 780, 840, 900, 1000,
  1200, 1500, 1800, 2400, 2700, 3000,
];

/** Every timeout that is looked for, in seconds, ascending. */
export const TIMEOUTS: readonly number[] = [
  ...new Set([...KNOWN_TIMEOUTS.map(({ seconds }) => seconds), ...ROUND]),
].sort((a, b) => a - b);
