/** The places that SkyPilot 0.14 can name in `cloud:` and `infra:`. */
export const clouds: readonly string[] = [
  ...[
    'aws',
    'azure',
    'gcp',
    'ibm',
    'lambda',
    'scp',
    'oci',
    'kubernetes',
    'runpod',
    'vast',
    'vsphere',
    'cudo',
  ],
  ...['fluidstack', 'paperspace', 'primeintellect', 'do', 'nebius', 'ssh', 'slurm', 'hyperbolic', 'seeweb'],
  ...['shadeform', 'yotta', 'mithril', 'verda'],
];
