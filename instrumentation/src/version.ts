/** The name under which spans and metrics are recorded: this package's. */
export const PACKAGE_NAME = '@closewatch/instrumentation';
/** As in package.json; a test compares them. */
export const PACKAGE_VERSION = '0.1.0';
