import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fixtureId } from '#test/lab/fixture-data.ts';
import { needs } from '#test/needs.ts';
import { madeUpYard } from './made-up-yard.ts';
import { main, pickFromMenu } from './steps.ts';

const llama = fixtureId('r', 0);
const dialog = (page: Page) => page.getByRole('dialog');

describe.skipIf(!needs('chromium'))('checkpoints, recovery, backups and what is set for machines', () => {
  const yard = madeUpYard();
  const { open } = yard;
  const nothingWrong = () => expect(yard.watched.complaints).toEqual([]);

  test('checkpoints are listed with why; one more is asked for; hundreds scroll', async () => {
    const page = await open(`/runs/${llama}?tab=checkpoints`);
    await main(page)
      .getByRole('row', { name: /checkpoint-18400.*Not complete/ })
      .waitFor();
    await main(page)
      .getByRole('row', { name: /checkpoint-17900.*Complete.*kite \(backup\)/ })
      .waitFor();
    await main(page)
      .getByRole('row', { name: /checkpoint-15900.*Removed by the trainer/ })
      .waitFor();
    await main(page).getByRole('button', { name: 'Save one now' }).click();
    await page.getByText('4 processes were asked to save.').waitFor();

    await open(`/runs/${fixtureId('r', 1)}?tab=checkpoints`);
    const grid = main(page).getByRole('grid', { name: 'Checkpoints' });
    await grid.focus();
    await page.keyboard.press('End');
    await grid.getByText('Removed by the trainer').first().waitFor();
    expect(await grid.getByRole('row').count()).toBeLessThan(100);

    await open(`/runs/${fixtureId('r', 4)}?tab=checkpoints`);
    await main(page).getByRole('heading', { name: 'No checkpoint yet' }).waitFor();
    nothingWrong();
  });

  test('any directory of a machine is looked through', async () => {
    const page = await open(`/machines/${fixtureId('s', 2)}`);
    await pickFromMenu(page, 'More', 'Find checkpoints…');
    await dialog(page).getByLabel('Directory').fill('/data/empty');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('No checkpoint was recognised there.').waitFor();
    await dialog(page).getByLabel('Directory').fill('/data/runs');
    await dialog(page).getByRole('button', { name: 'Look' }).click();
    await dialog(page)
      .getByRole('row', { name: /epoch=3-step=9000\.ckpt.*Complete/ })
      .waitFor();
    nothingWrong();
  });

  test('recovery shows what happened and why, and its policy can be changed and taken back', async () => {
    const page = await open(`/runs/${llama}?tab=recovery`);
    await main(page).getByText('It seems that the GPU ran out of memory.').waitFor();
    await main(page).getByText('As the task file says.').waitFor();
    await main(page).getByRole('button', { name: 'Change…' }).click();
    await dialog(page)
      .getByRole('checkbox', { name: 'Your word that its host will not come back' })
      .uncheck();
    await dialog(page).getByLabel('At most, in a row').fill('-1');
    await dialog(page).getByRole('button', { name: 'Save', disabled: true }).waitFor();
    await dialog(page).getByLabel('At most, in a row').fill('7');
    await dialog(page).getByLabel('Where').selectOption('These machines, in order');
    await dialog(page).getByRole('checkbox', { name: 'kite' }).check();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await main(page).getByText('Set for this run; it goes before the task file.').waitFor();
    await main(page).getByText('At most 7 times in a row without progress.').waitFor();
    await main(page).getByText('On the first of these that has room: kite.').waitFor();
    await main(page).getByRole('button', { name: 'Change…' }).click();
    await dialog(page).getByRole('button', { name: 'Back to the task file’s' }).click();
    await main(page).getByText('As the task file says.').waitFor();
    nothingWrong();
  });

  test('proposals are answered where they ask', async () => {
    const page = await open('/');
    const needsYou = main(page).getByRole('region', { name: 'Needs you' });
    const move = needsYou.getByRole('listitem').filter({ hasText: 'Move llama-sft to' });
    await move.getByRole('button', { name: 'Move it' }).click();
    await move.waitFor({ state: 'detached' });
    const restart = needsYou.getByRole('listitem').filter({ hasText: 'Restart resnet-baseline' });
    await restart.getByRole('button', { name: 'No', exact: true }).click();
    await restart.waitFor({ state: 'detached' });
    nothingWrong();
  });

  test('a machine is drained, emptied, kept for certain hours; the rules of the yard are set', async () => {
    const page = await open(`/machines/${fixtureId('s', 2)}`);
    await main(page).getByRole('heading', { name: 'Being emptied' }).waitFor();
    await main(page).getByRole('button', { name: 'Stop emptying' }).click();
    await main(page).getByRole('heading', { name: 'Emptying was stopped' }).waitFor();
    await main(page).getByRole('checkbox', { name: 'Takes no new runs' }).check();
    await main(page).getByText('takes no new runs', { exact: true }).waitFor();
    await main(page).getByRole('checkbox', { name: 'Only at certain hours' }).check();
    await main(page).getByLabel('From', { exact: true }).fill('21:30');
    await page.reload();
    await main(page).locator('input[type=time][value="21:30"]').waitFor();

    await main(page).getByRole('button', { name: 'Evacuate…' }).click();
    await dialog(page)
      .getByRole('row', { name: /vit-l-imagenet.*gpu-07/ })
      .waitFor();
    await dialog(page).getByRole('checkbox', { name: 'vit-l-imagenet' }).uncheck();
    await dialog(page).getByRole('button', { name: 'Take no new runs' }).waitFor();
    await dialog(page).getByRole('checkbox', { name: 'vit-l-imagenet' }).check();
    await dialog(page).getByRole('button', { name: 'Move 1 run' }).click();
    await dialog(page).waitFor({ state: 'detached' });

    await open('/machines');
    await main(page).getByRole('button', { name: 'Rules of the yard…' }).click();
    await dialog(page).getByRole('button', { name: 'Move by itself' }).click();
    await dialog(page).getByLabel('Pause, minutes').fill('90');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await main(page).getByRole('button', { name: 'Rules of the yard…' }).click();
    expect(await dialog(page).getByLabel('Pause, minutes').inputValue()).toBe('90');
    nothingWrong();
  });

  test('a host is given up only by a word that names what follows', async () => {
    const page = await open(`/machines/${fixtureId('s', 4)}`);
    await pickFromMenu(page, 'More', 'This host will not come back…');
    await dialog(page)
      .getByText(/whatever still runs there is stopped/)
      .waitFor();
    const act = dialog(page).getByRole('button', { name: 'It will not come back' });
    await dialog(page).getByRole('button', { name: 'It will not come back', disabled: true }).waitFor();
    await dialog(page)
      .getByRole('checkbox', { name: /I know that wren is gone/ })
      .check();
    await act.click();
    await page.getByText('1 run of wren counts as lost.').waitFor();
    nothingWrong();
  });

  test('backups are made, verified, restored and removed, each with what it means', async () => {
    const page = await open(`/runs/${llama}?tab=backups`);
    const table = main(page).getByRole('table', { name: 'Backups' });
    await main(page)
      .getByText(/Complete checkpoints of every 500 steps go to kite/)
      .waitFor();
    const rows = table.getByRole('row');
    await rows.filter({ hasText: 'copying' }).getByRole('button', { name: 'Cancel' }).click();
    await rows.filter({ hasText: 'copying' }).waitFor({ state: 'detached' });
    const newest = rows.filter({ hasText: 'step 17,500' });
    await newest.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Verify again' }).click();
    await page.getByText('The backup on kite is sound: every hash is right.').waitFor();
    await newest.getByRole('button', { name: 'Restore…' }).click();
    await dialog(page)
      .getByText(/goes on from step 17,500/)
      .waitFor();
    await dialog(page).getByLabel('On machine').selectOption({ label: 'ibis: 3 of 3 free' });
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await newest.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await dialog(page)
      .getByText(/\/data\/trainyard\/backups.*on kite is deleted/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Remove', exact: true }).click();
    await newest.waitFor({ state: 'detached' });

    await main(page).getByRole('button', { name: 'Change policy…' }).click();
    await dialog(page).getByRole('checkbox', { name: 'Back up by itself' }).uncheck();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await main(page).getByText('Backing up by itself is switched off.').waitFor();
    nothingWrong();
  });

  test('copies are followed and cancelled from the status bar', async () => {
    const page = await open('/');
    await page.getByRole('button', { name: /^1 copy/ }).click();
    const running = dialog(page).getByRole('listitem').filter({ hasText: 'GiB of 146 GiB' });
    await running.getByRole('button', { name: 'Cancel' }).click();
    await dialog(page)
      .getByText(/^cancelled, 68/)
      .waitFor();
    await dialog(page).getByText('3 files changed meanwhile and were copied again').waitFor();
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: /^1 copy/ }).waitFor({ state: 'detached' });
    nothingWrong();
  });

  test('what a task says of saving and recovery is edited as a form, and its comments stay', async () => {
    const page = await open('/new?template=hello');
    await main(page).getByRole('button', { name: 'As a form' }).click();
    await main(page).getByLabel('Goes on by argument').fill('--resume');
    await main(page)
      .getByRole('checkbox', { name: /Preemption/ })
      .check();
    await main(page).getByRole('button', { name: 'As YAML' }).click();
    const editor = main(page).getByRole('textbox', { name: 'Task file, YAML' });
    await editor.getByText('argument: --resume', { exact: false }).waitFor();
    await editor.getByText('preemption').waitFor();
    await editor.getByText('# Supervised fine-tuning on the lab').waitFor();
    nothingWrong();
  });
});
