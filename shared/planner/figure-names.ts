/** English names of figures by their key, one word without dots: what the command line prints, and the page where a name is not translated. */
export const figureNames: Readonly<Record<string, string>> = {
  spent: 'Spent',
  machineSpent: 'Spent on a machine',
  otherMachinesSpent: 'Spent on other machines',
  usedGpuHours: 'GPU hours used',
  runCost: 'Cost of the run',
  attemptCost: 'Cost of an attempt',
  machineRate: 'Machine, per hour',
  gpusHeld: 'GPUs held',
  attemptTime: 'Time of the attempt',
  ownGpuHour: 'A useful GPU hour',
  ownMachineHour: 'The machine, per hour',
  ownWear: 'Purchase, per hour',
  capex: 'Purchase C',
  ownOverhead: 'Overhead o',
  ownResidual: 'Residual value R',
  ownYears: 'Years Y',
  ownPower: 'Power, per hour',
  ownDraw: 'Power draw P',
  acceleratorPower: 'Power of one accelerator W',
  ownPue: 'PUE',
  ownKWhPrice: 'Price of a kWh p',
  ownOther: 'Staff and space, per hour',
  ownGpus: 'GPUs of the machine',
  ownUtilisation: 'Utilisation u',
};

/** A figure's English name; its key where it has none. */
export const englishFigureName = (key: string): string => figureNames[key] ?? key;
