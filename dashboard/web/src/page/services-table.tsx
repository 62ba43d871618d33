import type { ServiceSummary } from '@closewatch/analyzer';
import { countText, expectationText } from '../number-text.ts';
import { silenceOf } from '../silence.ts';
import { eventNow, now, serviceKey, services, sparklines, verdicts } from '../state.ts';
import { Swatch } from '../swatch.tsx';
import { durationText } from '../time-text.ts';
import { Sparkline } from '../timeline/sparkline.tsx';
import { openVerdicts } from '../verdict/lead.ts';
import { codeOfKind, kindText } from '../verdict/words.ts';

/** One row a service, with the same two lanes in small. */
export function ServicesTable() {
  const known = services.value;
  if (known === null || known.length === 0) return null;
  return (
    <section class="block" aria-labelledby="services">
      <header>
        <h2 id="services">Services</h2>
      </header>
      <table class="stack services">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">State</th>
            <th scope="col">Version, before</th>
            <th scope="col" class="number">
              Open
            </th>
            <th scope="col" class="number">
              Closes/min
            </th>
            <th scope="col" class="number">
              Payload bugs/h
            </th>
            <th scope="col">15 min</th>
          </tr>
        </thead>
        <tbody>
          {known.map(service => (
            <ServiceRow key={serviceKey(service)} service={service} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ServiceRow({ service }: { service: ServiceSummary }) {
  return (
    <tr>
      <td>
        <b>{service.service}</b>
        {service.environment !== null && <small>{service.environment}</small>}
      </td>
      <td>
        <ServiceState service={service} />
      </td>
      <td class="drop">
        {service.version ?? 'unknown'}
        {service.previousVersion !== null && <small>{service.previousVersion}</small>}
      </td>
      <td class="number" data-label="Open">
        {countText(service.open)}
      </td>
      <td class="number drop">{countText(service.closesPerMinute)}</td>
      <td class="number drop">
        {countText(service.payloadBugsPerHour)}
        <small>expected {expectationText(service.expectedPayloadBugsPerHour)}</small>
      </td>
      <td class="spark">
        <Sparkline bins={sparklines.value[serviceKey(service)] ?? []} end={eventNow.value} />
      </td>
    </tr>
  );
}

function ServiceState({ service }: { service: ServiceSummary }) {
  const mine = (verdicts.value ?? []).filter(
    verdict => verdict.service === service.service && verdict.environment === service.environment,
  );
  const lead = openVerdicts(mine)[0];
  const silence = silenceOf(service, now.value);
  if (lead !== undefined) {
    const code = codeOfKind(lead.kind);
    return (
      <span class="kind">
        {code !== null && <Swatch code={code} />}
        <b class={code === null ? undefined : `ink-${code}`}>{kindText(lead.kind)}</b>
      </span>
    );
  }
  if (silence !== null) return <b>No data for {durationText(silence)}</b>;
  return <span class="second">Quiet</span>;
}
