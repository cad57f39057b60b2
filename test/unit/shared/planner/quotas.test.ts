import { expect, test } from 'vitest';
import { azureFamilyOfName, countsAgainst, quotaId, shortageOf } from '#shared/planner/quotas/index.ts';
import { someQuota } from './place/some-world.ts';

const machine = (provider: string, instanceType: string, accelerator = 'H100') => ({
  provider,
  region: 'r',
  instanceType,
  accelerator,
});

/** As Azure's Resource SKUs and `az vm list-usage` pair them. */
test.each([
  ['aws', 'p5.48xlarge', 'p'],
  ['aws', 'p5en.48xlarge', 'p5'],
  ['aws', 'p6-b200.48xlarge', 'P'],
  ['aws', 'gr6.4xlarge', 'g'],
  ['aws', 'g6e.xlarge', 'G'],
  ['aws', 'trn1n.32xlarge', 'trn'],
  ['azure', 'Standard_NC24ads_A100_v4', 'StandardNCADSA100v4Family'],
  ['azure', 'Standard_NC4as_T4_v3', 'Standard NCASv3_T4 Family'],
  ['azure', 'Standard_ND96isr_H100_v5', 'standardNDSH100v5Family'],
  ['azure', 'Standard_ND96isr_H200_v5', 'standardNDISRH200V5Family'],
  ['azure', 'Standard_ND96asr_v4', 'standardNDASv4_A100Family'],
  ['azure', 'Standard_ND96amsr_A100_v4', 'standard NDAMSv4_A100Family'],
  ['azure', 'Standard_NC80adis_H100_v5', 'StandardNCadsH100v5Family'],
  ['azure', 'Standard_NCC40ads_H100_v5', 'StandardNCCads2023Family'],
  ['azure', 'Standard_NC24rs_v3', 'standardNCSv3Family'],
  ['azure', 'Standard_ND40rs_v2', 'standardNDSv2Family'],
  ['azure', 'Standard_NV36adms_A10_v5', 'StandardNVADSA10v5Family'],
  ['azure', 'Standard_NV12s_v3', 'standardNVSv3Family'],
  ['gcp', 'a3-megagpu-8g', 'a3-megagpu'],
  ['lambda', 'gpu_8x_h100_sxm5', 'gpu_8x'],
])('%s: %s counts against %s, and nothing else of it', (provider, type, family) => {
  const families = [provider === 'azure' ? azureFamilyOfName(family) : family];
  const quota = someQuota({ provider, region: null, families });
  expect(countsAgainst(quota, machine(provider, type), 'on-demand')).toBe(true);
  expect(countsAgainst(quota, machine(provider, type), 'spot')).toBe(false);
  expect(countsAgainst(quota, machine('other', type), 'on-demand')).toBe(false);
  const other = provider === 'azure' ? 'Standard_NG8ads_V620_v1' : 'dl1.24xlarge';
  expect(countsAgainst(quota, machine(provider, other), 'on-demand')).toBe(false);
});

test('a quota of GPUs is none of TPUs; every quota that counts a machine must have room, and the tightest is told', () => {
  const gpus = someQuota({
    provider: 'gcp',
    region: null,
    unit: 'accelerators',
    families: [],
    limit: 8,
    inUse: 4,
  });
  expect(countsAgainst(gpus, machine('gcp', 'ct5p-hightpu-4t', 'tpu-v5p'), 'on-demand')).toBe(false);
  expect(countsAgainst(gpus, machine('gcp', 'a3-highgpu-8g'), 'on-demand')).toBe(true);
  const one = { gpus: 8, vCpus: 208 };
  expect(shortageOf([gpus], { gpus: 4, vCpus: null }, 1)).toBeNull();
  expect(shortageOf([gpus], one, 1)).toEqual({ quota: gpus, asked: 8, left: 4, least: 12 });
  const cpus = someQuota({ limit: 0 });
  expect(shortageOf([gpus, cpus], one, 1)?.quota).toBe(cpus);
  // Of what nobody says how many processors it has nothing is known.
  expect(shortageOf([cpus], { gpus: 8, vCpus: null }, 1)).toBeNull();
});

test('the same limit has the same name, however it was written', () => {
  expect(quotaId(someQuota({ families: ['VT', 'g'] }))).toBe(quotaId(someQuota({ families: ['g', 'v-t'] })));
  expect(quotaId(someQuota())).not.toBe(quotaId(someQuota({ kind: 'spot' })));
});
