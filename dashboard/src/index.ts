export type { CloseExample } from './close-example.ts';
export {
  type About,
  createDashboard,
  type Dashboard,
  type DashboardAbout,
  type DashboardOptions,
} from './dashboard.ts';
export type { Delivery } from './delivery.ts';
export type { List } from './list.ts';
export type { SeriesDelta, StreamCounters } from './live-stream.ts';
export type { ProblemCode } from './problem.ts';
export type { SeriesList } from './timeline-routes.ts';
