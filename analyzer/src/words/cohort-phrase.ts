import { type CohortField, fieldOf, SIGNATURE } from '../attribution/cohort-field.ts';
import type { CohortTerm, VerdictPayload } from '../verdict.ts';
import { plainText } from './plain-text.ts';

type Values = Partial<Record<CohortField, string>>;

/**
 * A cohort as a sentence names it: `client desktop 5.2.0 on /live`, `clients in region eu-west-1`; `everybody` for the
 * empty one.
 */
export function cohortPhrase(cohort: readonly CohortTerm[]): string {
  const values = valuesOf(cohort);
  const ends = [clientPhrase(values), serverPhrase(values)].filter(phrase => phrase !== null);
  const places = placePhrases(values);
  const signature = cohort.find(({ attribute }) => attribute === SIGNATURE)?.value;
  const bytes = signature === undefined ? [] : [`(where the bytes look like ${plainText(signature)})`];
  if (ends.length + places.length + bytes.length === 0) return 'everybody';
  return [ends.length === 0 ? 'clients' : ends.join(' with '), ...places, ...bytes].join(' ');
}

/** Who sends what to whom, after the headline's colon: `client 5.2.0 sends gzip as text`. */
export function whoSends(cohort: readonly CohortTerm[], sender: VerdictPayload['sender'], what: string): string {
  const values = valuesOf(cohort);
  const client = clientPhrase(values);
  const server = serverPhrase(values);
  const places = placePhrases(values);
  let sentence: string[];
  if (sender === 'client') {
    sentence = [
      client === null ? 'clients send' : `${client} sends`,
      what,
      ...(server === null ? [] : [`to ${server}`]),
    ];
  } else if (sender === 'server') {
    sentence = [`${server ?? 'the server'} sends`, what, ...(client === null ? [] : [`to ${client}`])];
  } else {
    const ends = [client, server].filter(end => end !== null).join(' and ');
    sentence = [what, ...(ends === '' ? [] : [`between ${client ?? 'clients'} and ${server ?? 'the server'}`])];
  }
  return [...sentence, ...places].join(' ');
}

function valuesOf(cohort: readonly CohortTerm[]): Values {
  const values: Values = {};
  for (const { attribute, value } of cohort) {
    const field = fieldOf(attribute);
    if (field !== null) values[field] = plainText(value);
  }
  return values;
}

function clientPhrase({ clientName, clientVersion }: Values): string | null {
  const parts = [clientName, clientVersion].filter(part => part !== undefined);
  return parts.length === 0 ? null : `client ${parts.join(' ')}`;
}

function serverPhrase({ serviceVersion, instance }: Values): string | null {
  if (serviceVersion === undefined) return instance === undefined ? null : `instance ${instance}`;
  return instance === undefined ? `server ${serviceVersion}` : `server ${serviceVersion} (instance ${instance})`;
}

function placePhrases({ urlTemplate, urlPath, subprotocol, region }: Values): string[] {
  return [
    ...(urlTemplate === undefined ? [] : [`on ${urlTemplate}`]),
    ...(urlPath === undefined || urlTemplate !== undefined ? [] : [`on ${urlPath}`]),
    ...(subprotocol === undefined ? [] : [`over ${subprotocol}`]),
    ...(region === undefined ? [] : [`in region ${region}`]),
  ];
}
