/**
 * Which families of a provider's quotas a type of machine counts against. A quota names families; whoever rents a machine sees its
 * type. All names are compared without case, spaces, hyphens and underscores.
 */
export function familiesOf(provider: string, instanceType: string): readonly string[] {
  if (provider === 'aws') return awsFamilies(instanceType);
  if (provider === 'azure') return [azureFamily(instanceType)];
  return [];
}

/** As families are kept and compared. */
export const familyKey = (family: string): string => family.toLowerCase().replace(/[\s_-]+/g, '');

/** Whether a machine of this type counts against a family; of providers without families, by how its type begins. */
export function isOfFamily(provider: string, instanceType: string, family: string): boolean {
  const key = familyKey(family);
  if (key === '') return false;
  const families = familiesOf(provider, instanceType);
  return families.length > 0 ? families.includes(key) : familyKey(instanceType).startsWith(key);
}

/** "p5en.48xlarge": p, and p5 (quotas of spot are by generation). Gr6 counts as G (EC2 User Guide, on-demand instance limits). */
function awsFamilies(instanceType: string): string[] {
  const [, letters = '', generation = ''] = /^([a-z]+)(\d*)/.exec(instanceType.toLowerCase()) ?? [];
  const family = letters === 'gr' ? 'g' : letters;
  return family === '' ? [] : [family, `${family}${generation}`];
}

/** Families whose name does not follow from that of their machines, as Resource SKUs (`family`) and `az vm list-usage` have them. */
const azureExceptions: Readonly<Record<string, string>> = {
  ncast4v3: 'ncasv3t4',
  ncrsv3: 'ncsv3',
  ndrsv2: 'ndsv2',
  ndasrv4: 'ndasv4a100',
  ndamsra100v4: 'ndamsv4a100',
  ncadish100v5: 'ncadsh100v5',
  nccadsh100v5: 'nccads2023',
  ndish100v5: 'ndsh100v5',
  ndisrh100v5: 'ndsh100v5',
  nvadmsa10v5: 'nvadsa10v5',
  nvasv4: 'nvsv4',
};

/** "Standard_NC24ads_A100_v4": ncadsa100v4. */
function azureFamily(instanceType: string): string {
  const key = instanceType
    .toLowerCase()
    .replace(/^(standard|basic)_/, '')
    .replace(/^([a-z]+)\d+(-\d+)?/, '$1')
    .replace(/[\s_-]+/g, '');
  return azureExceptions[key] ?? key;
}

/** "Standard NCASv3_T4 Family vCPUs", "StandardNCADSA100v4Family": as {@link familiesOf} names it. */
export const azureFamilyOfName = (name: string): string =>
  familyKey(name)
    .replace(/vcpus$/, '')
    .replace(/family$/, '')
    .replace(/^(standard|basic)/, '');
