import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { HOSTILE_CLIENT, WatchedGateway } from './watched-gateway.ts';

let browser: Browser;
let gateway: WatchedGateway;
/** What the browser complained of, and addresses outside of the dashboard that it asked for. */
let complaints: string[];
let foreign: string[];

beforeAll(async () => {
  browser = await launchChromium();
}, 120_000);

afterAll(() => browser?.close());

beforeEach(async () => {
  complaints = [];
  foreign = [];
  gateway = await WatchedGateway.start();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await gateway.stop();
});

async function openPage(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => {
    if (!request.url().startsWith(gateway.origin)) foreign.push(request.url());
  });
  await page.goto(gateway.origin + path);
  return page;
}

/** What axe-core finds, as rule and place. Evaluated by the debugger, since the page's policy forbids inline scripts. */
async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`));
}

const heading = (page: Page) => page.locator('h1');

describe('the overview', () => {
  it('shows a verdict the moment it is given, with no reload, and when its page was accepted', async () => {
    const page = await openPage();
    await heading(page).filter({ hasText: 'All quiet' }).waitFor();
    await page.getByText('live,').waitFor();
    await page.evaluate('window.sameDocument = true');

    await gateway.deployWithBug();
    await heading(page).filter({ hasText: '1007 bug spike in gateway' }).waitFor();
    expect(await heading(page).textContent()).toBe('1007 bug spike in gateway: client 5.2.0 sends gzip as text');
    expect(await page.locator('.kicker').textContent()).toMatch(/^Payload bug, paging\. Open for /);
    await page.getByText('Page to on-call not delivered yet').waitFor();

    await gateway.acceptPages(Date.parse('2026-11-23T10:00:32Z'));
    await page.getByText('Page sent to on-call 10:00:32').waitFor();
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it('draws both lanes, the deploy behind them and the bracket of the verdict, with one path a code', async () => {
    await gateway.deployWithBug();
    const page = await openPage();
    await page.locator('.chart path[data-code="1012"]').waitFor();
    expect(await page.locator('.chart path[data-code="1012"]').count()).toBe(1);
    expect(await page.locator('.chart path.fill-1007[data-code="1007"]').count()).toBe(2); // One in each lane.
    await page.locator('.bracket-1007').getByText('1007 bug spike, open for').waitFor();
    await page.locator('.chart').getByText('gateway 1.8.1 → 1.8.2').waitFor();
    expect(complaints).toEqual([]);
  });

  it('gives the same numbers to those who can not see the chart: by keyboard, and as a table', async () => {
    await gateway.deployWithBug();
    const page = await openPage();
    await page.locator('.chart path[data-code="1012"]').waitFor();
    await page.locator('.chart').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    const spoken = page.locator('.chart [aria-live]');
    expect(await spoken.textContent()).toMatch(
      /^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d: [\d,]+ closes, [\d,]+ payload bugs?, .+ expected$/,
    );
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.getByRole('columnheader', { name: 'Payload bugs' }).first().isVisible()).toBe(true);
    expect(await page.locator('table.figures tbody tr').count()).toBeGreaterThan(70);
  });

  it('leads with an open page, however many verdicts came after it', async () => {
    await gateway.deployWithBug();
    await gateway.addEndedWaves(101);
    const page = await openPage();
    await heading(page).filter({ hasText: '1007 bug spike in gateway' }).waitFor();
  });

  it('says when the connection is lost, and recovers by itself with what it missed', async () => {
    const page = await openPage();
    await heading(page).filter({ hasText: 'All quiet' }).waitFor();
    await page.getByText('live,').waitFor();
    await gateway.stopDashboard();
    await page.getByText('connection lost, data is').waitFor();
    await gateway.deployWithBug();
    await gateway.restartDashboard();
    await heading(page).filter({ hasText: '1007 bug spike in gateway' }).waitFor();
    await page.getByText('live,').waitFor();
  });

  it('fits a phone without scrolling sideways', async () => {
    await gateway.deployWithBug();
    const page = await openPage('/', { viewport: { width: 390, height: 844 } });
    await page.locator('.bracket-1007').getByText('1007 bug spike, open').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});

describe('the other pages', () => {
  it('shows a verdict with its payload, examples and deliveries, reached from the overview', async () => {
    await gateway.deployWithBug();
    const page = await openPage();
    await page.getByRole('link', { name: 'Who, what and examples' }).click();
    await page.getByRole('heading', { name: 'Example closes' }).waitFor();
    await page.getByRole('cell', { name: 'client-', exact: false }).first().waitFor();
    await page.getByText('Waiting, next attempt').waitFor();
    expect(await page.locator('.pairs').textContent()).toContain('Looks likegzip');
    expect(complaints).toEqual([]);
  });

  it('shows what comes from outside as text', async () => {
    await gateway.deployWithBug();
    const page = await openPage();
    await page.getByRole('link', { name: 'Who, what and examples' }).click();
    await page.getByRole('cell', { name: HOSTILE_CLIENT }).first().waitFor();
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('lists every verdict, and says so when one does not exist', async () => {
    await gateway.deployWithBug();
    const page = await openPage('/#/verdicts');
    await page.getByRole('link', { name: '1007 bug spike in gateway' }).waitFor();
    expect(await page.locator('.verdicts tbody tr').count()).toBe(2);
    await page.goto(`${gateway.origin}/#/verdicts/none`);
    await heading(page).filter({ hasText: 'This verdict can’t be shown' }).waitFor();
  });

  it('compares 1007 and 1012 in a real table', async () => {
    const page = await openPage('/#/codes');
    await heading(page).filter({ hasText: '1007 or 1012?' }).waitFor();
    const columns = await page.getByRole('columnheader').allTextContents();
    expect(columns).toEqual(['1007invalid payload data', '1012service restart']);
    const row = page.getByRole('row', { name: 'Should it page?' });
    expect(await row.getByRole('cell').allTextContents()).toEqual([
      'Yes, from three clients on, if that is more than usual.',
      'No, while clients return. They are back within seconds, or something else is wrong.',
    ]);
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has no accessibility fault that axe-core finds, in %s', async colorScheme => {
    await gateway.deployWithBug();
    const page = await openPage('/', { colorScheme });
    const places = [
      ['Overview', 'Payload bugs/h'],
      ['Who, what and examples', 'Told by'],
      ['Verdicts', 'What Closewatch said, newest first.'],
      ['Codes', 'Every other code'],
    ] as const;
    for (const [link, lastToCome] of places) {
      await page.getByRole('link', { name: link, exact: true }).first().click();
      await page.getByText(lastToCome).waitFor();
      expect(await axeFaults(page)).toEqual([]);
    }
  });

  it.each(['/', '/#/verdicts', '/#/codes'])('has one first heading on %s, and none that skips a level', async path => {
    const page = await openPage(path);
    await heading(page).waitFor();
    const levels = await page.locator('h1, h2, h3').evaluateAll(found => found.map(({ tagName }) => tagName));
    expect(levels.filter(level => level === 'H1')).toHaveLength(1);
    expect(levels[0]).toBe('H1');
    expect(levels).not.toContain('H3');
  });
});
