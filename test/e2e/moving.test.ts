import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Migration } from '#shared/domain/migration.ts';
import { fixtureId } from '#test/lab/fixture-data.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { madeUpYard } from './made-up-yard.ts';
import { main } from './steps.ts';

const llama = fixtureId('r', 0);
const vit = fixtureId('r', 1);
const diffusion = fixtureId('r', 2);
const dialog = (page: Page) => page.getByRole('dialog');

describe.skipIf(!needs('chromium'))('moving a run', () => {
  const yard = madeUpYard();
  const { open } = yard;
  /** The dialog of the run's page, with a machine chosen and its plan there. */
  async function plan(machine: RegExp): Promise<Locator> {
    const page = await open(`/runs/${llama}`);
    await page.getByRole('button', { name: 'Move…' }).click();
    await dialog(page).getByRole('radio', { name: machine }).check();
    await dialog(page).getByRole('region', { name: 'Checks' }).waitFor();
    return dialog(page);
  }
  const nothingWrong = () => expect(yard.watched.complaints).toEqual([]);
  const moveOf = (runId: string): Migration => {
    const found = yard.fixture.moves.all().find((move) => move.runId === runId && move.endedAt === null);
    if (!found) throw new Error('no move is under way');
    return found;
  };

  test('is planned, started, followed and told', async () => {
    const page = await open(`/runs/${llama}`);
    const { promise, resolve: release } = Promise.withResolvers<void>();
    yard.fixture.moves.hold.plans = promise;
    await page.getByRole('button', { name: 'Move…' }).click();
    await dialog(page).getByRole('radio', { name: /wren/, disabled: true }).waitFor();
    await dialog(page).getByRole('button', { name: 'Move now', disabled: true }).waitFor();
    await dialog(page).getByRole('radio', { name: /kite/ }).check();
    await dialog(page).getByText('Looking at both machines…').first().waitFor();
    release();
    await dialog(page).getByText('5 checks pass').waitFor();
    await dialog(page).getByText('34 s to 49 s').waitFor();
    await dialog(page)
      .getByRole('row', { name: /The checkpoint it goes on from/ })
      .waitFor();
    await dialog(page).getByText('46 GiB while it trains, 18.4 GiB while it stands still.').waitFor();
    await dialog(page).getByRole('button', { name: 'Move now' }).click();

    const panel = main(page).getByRole('region', { name: 'Moving to kite' });
    await panel.waitFor();
    expect(yard.fixture.moves.asked).toEqual([
      { runId: llama, machineId: expect.any(String), mode: 'request' },
    ]);
    const begun = moveOf(llama);
    const gib = 1024 ** 3;
    yard.fixture.moves.say({
      ...begun,
      phase: 'copying',
      phases: [...begun.phases, { phase: 'copying', at: Date.now() }],
      cancelConsequence: 'run-restarts-at-source',
      progress: {
        doneBytes: gib,
        totalBytes: 4 * gib,
        doneFiles: 1,
        totalFiles: 4,
        bytesPerSecond: gib / 5,
        remainingMs: 15_000,
      },
    });
    await panel.getByText('1 GiB of 4 GiB').waitFor();
    await panel
      .getByRole('listitem')
      .filter({ hasText: 'copying' })
      .and(page.locator('[aria-current]'))
      .waitFor();
    yard.fixture.moves.say({
      ...begun,
      phase: 'committed',
      phases: [...begun.phases, { phase: 'committed', at: Date.now() }],
      endedAt: Date.now(),
      cancelConsequence: null,
      downtime: {
        totalMs: 20_000,
        saveMs: 5_000,
        stopMs: 1_000,
        copyMs: 10_000,
        verifyMs: 1_000,
        startMs: 3_000,
      },
      lostSteps: 0,
    });
    const result = main(page).getByRole('article').first();
    await result.getByText('Stood still for 20.0 s').waitFor();
    await result.getByRole('img', { name: /copying 10\.0 s/ }).waitFor();
    await main(page).getByRole('link', { name: 'on kite' }).waitFor();
    nothingWrong();
  });

  test('is refused with the check that failed and what would make it pass', async () => {
    const over = await plan(/This computer/);
    await over.getByText(/it asks for any:2, and the machine has 1 × H100/).waitFor();
    await over.getByText(/Choose a machine that has them/).waitFor();
    await over.getByText(/One check stands against it/).waitFor();
    await over.getByRole('button', { name: 'Move now', disabled: true }).waitFor();
    nothingWrong();
  });

  test('at once needs a word to the steps that are lost', async () => {
    const over = await plan(/kite/);
    await over.getByRole('radio', { name: /Stop at once/ }).check();
    const consent = over.getByRole('checkbox', { name: 'I agree to lose 312 steps' });
    await consent.waitFor();
    const start = over.getByRole('button', { name: 'Move now' });
    await over.getByRole('button', { name: 'Move now', disabled: true }).waitFor();
    await consent.check();
    await start.click();
    await over.waitFor({ state: 'detached' });
    expect(yard.fixture.moves.asked).toMatchObject([{ mode: 'last', acceptedLoss: 312 }]);
    nothingWrong();
  });

  test('of data that may not go there goes with an owner’s reason only', async () => {
    const over = await plan(/gpu-07/);
    const start = over.getByRole('button', { name: 'Move now' });
    await over.getByRole('button', { name: 'Move now', disabled: true }).waitFor();
    await over.getByLabel('Reason to let it go all the same').fill('agreed with the DPO');
    await start.click();
    await over.waitFor({ state: 'detached' });
    expect(yard.fixture.moves.asked).toMatchObject([{ override: { reason: 'agreed with the DPO' } }]);
    nothingWrong();
  });

  test('is cancelled at once where that costs nothing, after a question where the run restarts', async () => {
    const page = await open(`/runs/${vit}`);
    await page.getByRole('button', { name: 'Cancel move' }).click();
    await until('the first move has ended', () =>
      yard.fixture.moves.all().every(({ runId, endedAt }) => runId !== vit || endedAt !== null),
    );
    await page.getByRole('button', { name: 'Cancel move' }).waitFor({ state: 'detached' });

    await open(`/runs/${diffusion}?tab=moves`);
    await main(page)
      .getByText(/It waits:/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel move' }).click();
    await dialog(page)
      .getByText(/it is restarted on kite from its newest complete checkpoint/)
      .waitFor();
    expect(moveOf(diffusion).phase).toBe('copying');
    await dialog(page).getByRole('button', { name: 'Cancel move' }).click();
    await main(page)
      .getByRole('heading', { name: /Not moved/ })
      .waitFor();
    nothingWrong();
  });

  test('leaves things behind, which are listed with their sizes and removed', async () => {
    const page = await open(`/runs/${llama}?tab=moves`);
    await main(page).getByRole('button', { name: 'Look for it' }).click();
    await main(page).getByText('Its checkpoint checkpoint-12400 is nowhere else.').waitFor();
    await main(page).getByText('Its machine is not connected.').waitFor();
    await main(page).getByRole('button', { name: 'Remove 2 of them (48.7 GiB)' }).click();
    await dialog(page).getByRole('button', { name: 'Remove' }).click();
    await main(page).getByText('1 was removed.').waitFor();
    await main(page).getByText('1 will be removed when its machine is seen.').waitFor();
    nothingWrong();
  });

  test('is asked for by dragging its car to another track', async () => {
    const page = await open('/');
    const car = main(page)
      .getByRole('link', { name: /llama-sft/ })
      .first();
    await car.dragTo(main(page).getByRole('listitem').filter({ hasText: 'kite' }).first());
    await dialog(page).getByRole('heading', { name: 'Move llama-sft' }).waitFor();
    await dialog(page).getByRole('radio', { name: /kite/, checked: true }).waitFor();
    nothingWrong();
  });

  test('is asked for from the list: by its row’s menu, its buttons, and by dragging it to the tray', async () => {
    const page = await open('/runs');
    const row = main(page)
      .getByRole('row', { name: /llama-sft/ })
      .first();
    await row.click({ button: 'right', position: { x: 400, y: 10 } });
    await page.getByRole('menuitem', { name: 'Move…' }).click();
    await dialog(page).getByRole('heading', { name: 'Move llama-sft' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });

    await row.getByRole('checkbox').click();
    await main(page).getByRole('button', { name: 'Move…' }).click();
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });

    const from = await row.boundingBox();
    if (!from) throw new Error('the row is not on the screen');
    await page.mouse.move(from.x + 400, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + 420, from.y + 40, { steps: 4 });
    const target = page.getByRole('complementary', { name: 'Machines to drop the run on' }).getByText('kite');
    await target.waitFor();
    const box = await target.boundingBox();
    if (!box) throw new Error('the tray is not on the screen');
    await page.mouse.move(box.x + 10, box.y + 5, { steps: 4 });
    await page.mouse.up();
    await dialog(page).waitFor();
    await dialog(page).getByRole('radio', { name: /kite/, checked: true }).waitFor();
    nothingWrong();
  });

  test('shows in the list, on both tracks and in the status bar, by word', async () => {
    const page = await open('/runs');
    await main(page)
      .getByRole('row', { name: /diffusion-xl.*Moving.*Moving to heron, copying/ })
      .waitFor();
    await open('/');
    await main(page)
      .getByRole('link', { name: /arriving: diffusion-xl/ })
      .waitFor();
    await main(page)
      .getByRole('link', { name: /diffusion-xl moving to heron/ })
      .waitFor();
    await page.getByRole('button', { name: /^2 moves/ }).click();
    await page.getByRole('menuitem', { name: /diffusion-xl → heron/ }).click();
    await main(page).getByRole('region', { name: 'Moving to heron' }).waitFor();
    nothingWrong();
  });
});
