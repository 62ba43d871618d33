/** What connections are told apart by when versions are compared. */
export interface Arm {
  serviceVersion: string | null;
  instance: string | null;
  region: string | null;
  clientName: string | null;
  clientVersion: string | null;
}

/** Which version a test is about. */
export type VersionKind = 'serviceVersion' | 'clientVersion';
export const VERSION_KINDS: readonly VersionKind[] = ['serviceVersion', 'clientVersion'];

/** The same for connections of one arm, and no other's. */
export function armKey({ serviceVersion, instance, region, clientName, clientVersion }: Arm): string {
  return `${serviceVersion ?? ''}\n${instance ?? ''}\n${region ?? ''}\n${clientName ?? ''}\n${clientVersion ?? ''}`;
}

export function isSameArm(one: Arm, other: Arm): boolean {
  return (
    one.serviceVersion === other.serviceVersion &&
    one.instance === other.instance &&
    one.region === other.region &&
    one.clientName === other.clientName &&
    one.clientVersion === other.clientVersion
  );
}

/** Where an arm stands in a comparison of the versions of one kind. */
export interface ArmPlace {
  /** The version, told apart from those of other families; null where there is none. */
  key: string | null;
  version: string | null;
  /** Versions that follow each other: a service's all, a client's those of its application. */
  family: string;
  /**
   * Who is compared with whom: connections that are alike but for the version in question and the instance. Beside the region that is who is at the other
   * end, so that clients that came back first, or were updated first, don't speak for the server that they came back to.
   */
  stratum: string;
}

export function armPlace(kind: VersionKind, arm: Arm): ArmPlace {
  const { region, clientName, clientVersion, serviceVersion } = arm;
  const version = arm[kind];
  const application = kind === 'serviceVersion' ? null : clientName;
  return {
    key: version === null ? null : JSON.stringify([kind, application, version]),
    version,
    family: JSON.stringify(['family', application]),
    stratum: JSON.stringify([
      'stratum',
      region,
      clientName,
      kind === 'serviceVersion' ? clientVersion : serviceVersion,
    ]),
  };
}
