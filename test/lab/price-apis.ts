import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * Stand-ins for the providers' public price APIs: made after their published schemas (AWS: Price List Bulk API; Azure: Retail Prices
 * overview; Google: Cloud Billing API, services.skus.list). Prices in them are invented.
 */

export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface PriceServer {
  url: string;
  /** Path and query of all that was asked, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** A server on a free port of this computer. */
export async function startPriceServer(answer: Answer): Promise<PriceServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    Promise.resolve(answer(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const sendJson = (response: ServerResponse, content: unknown): void => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(content));
};

/** The columns of AmazonEC2's index.csv that there is something in, in its order. */
const awsColumns = [
  'SKU',
  'OfferTermCode',
  'RateCode',
  'TermType',
  'PriceDescription',
  'EffectiveDate',
  'StartingRange',
  'EndingRange',
  'Unit',
  'PricePerUnit',
  'Currency',
  'RelatedTo',
  'LeaseContractLength',
  'PurchaseOption',
  'OfferingClass',
  'Product Family',
  'serviceCode',
  'Location',
  'Location Type',
  'Instance Type',
  'Current Generation',
  'Instance Family',
  'vCPU',
  'Physical Processor',
  'Clock Speed',
  'Memory',
  'Storage',
  'Network Performance',
  'Processor Architecture',
  'Storage Media',
  'Volume Type',
  'Tenancy',
  'EBS Optimized',
  'Operating System',
  'License Model',
  'usageType',
  'operation',
  'AvailabilityZone',
  'CapacityStatus',
  'Dedicated EBS Throughput',
  'ECU',
  'Enhanced Networking Supported',
  'GPU',
  'GPU Memory',
  'Intel AVX Available',
  'MarketOption',
  'Normalization Size Factor',
  'Pre Installed S/W',
  'Processor Features',
  'Region Code',
  'serviceName',
] as const;
export type AwsRow = Partial<Record<(typeof awsColumns)[number], string>>;

const line = (fields: readonly string[]): string =>
  `${fields.map((field) => (field === '' ? '' : `"${field.replaceAll('"', '""')}"`)).join(',')}\n`;

/** What stands before the first price. */
export const awsHead = (publishedAt = '2026-11-20T10:00:00Z'): string =>
  line(['FormatVersion', 'v1.0']) +
  line(['Disclaimer', 'This pricing list is for informational purposes only.']) +
  line(['Publication Date', publishedAt]) +
  line(['Version', '20261120100000']) +
  line(['OfferCode', 'AmazonEC2']) +
  line(awsColumns);

/** A machine on demand, Linux, on a shared host: what is read of the file. `changes` make it another. */
export function awsLine(region: string, instanceType: string, price: string, changes: AwsRow = {}): string {
  const row: AwsRow = {
    SKU: 'YQHNG5NBWUE3D67S',
    OfferTermCode: 'JRTCKXETXF',
    RateCode: 'YQHNG5NBWUE3D67S.JRTCKXETXF.6YS6EN2CT7',
    TermType: 'OnDemand',
    PriceDescription: `$${price} per On Demand Linux ${instanceType} Instance Hour`,
    EffectiveDate: '2026-11-01',
    StartingRange: '0',
    EndingRange: 'Inf',
    Unit: 'Hrs',
    PricePerUnit: price,
    Currency: 'USD',
    'Product Family': 'Compute Instance',
    serviceCode: 'AmazonEC2',
    Location: 'US East (N. Virginia)',
    'Location Type': 'AWS Region',
    'Instance Type': instanceType,
    'Current Generation': 'Yes',
    'Instance Family': 'GPU instance',
    vCPU: '192',
    'Physical Processor': 'AMD EPYC 7R13 Processor',
    Memory: '2,048 GiB',
    Storage: '8 x 3840 GB NVMe SSD',
    'Network Performance': '3200 Gigabit',
    'Processor Architecture': '64-bit',
    Tenancy: 'Shared',
    'Operating System': 'Linux',
    'License Model': 'No License required',
    usageType: `BoxUsage:${instanceType}`,
    operation: 'RunInstances',
    CapacityStatus: 'Used',
    GPU: '8',
    MarketOption: 'OnDemand',
    'Pre Installed S/W': 'NA',
    'Region Code': region,
    serviceName: 'Amazon Elastic Compute Cloud',
    ...changes,
  };
  return line(awsColumns.map((column) => row[column] ?? ''));
}

/** What nearly all of such a file is: reservations in all their forms, other systems, other hosts. */
export function awsOtherLines(region: string, instanceType: string): string {
  const reserved = ['1yr', '3yr'].flatMap((LeaseContractLength) =>
    ['No Upfront', 'Partial Upfront', 'All Upfront'].flatMap((PurchaseOption) =>
      ['standard', 'convertible'].map((OfferingClass) => ({
        LeaseContractLength,
        PurchaseOption,
        OfferingClass,
      })),
    ),
  );
  return [
    ...reserved.map((kind) =>
      awsLine(region, instanceType, '20.0000000000', { TermType: 'Reserved', ...kind }),
    ),
    ...reserved.map((kind) =>
      awsLine(region, instanceType, '0.0000000000', { TermType: 'Reserved', Unit: 'Quantity', ...kind }),
    ),
    awsLine(region, instanceType, '90.0000000000', {
      'Operating System': 'Windows',
      operation: 'RunInstances:0002',
    }),
    awsLine(region, instanceType, '61.0000000000', { Tenancy: 'Dedicated' }),
    awsLine(region, instanceType, '0.0000000000', { Tenancy: 'Host' }),
    awsLine(region, instanceType, '55.0400000000', { CapacityStatus: 'UnusedCapacityReservation' }),
    awsLine(region, instanceType, '59.0000000000', {
      'Pre Installed S/W': 'SQL Std',
      operation: 'RunInstances:0004',
    }),
    awsLine(region, instanceType, '31.4640000000', { MarketOption: 'CapacityBlock' }),
  ].join('');
}

export const spotAdvisor = (advice: Record<string, Record<string, { s: number; r: number }>>): unknown => ({
  ranges: [{ index: 0, label: '<5%', dots: 0, max: 5 }],
  instance_types: {},
  spot_advisor: Object.fromEntries(
    Object.entries(advice).map(([region, types]) => [region, { Linux: types, Windows: {} }]),
  ),
  global_rate: '<10%',
});

export interface AzureItem {
  armSkuName: string;
  retailPrice: number;
  productName: string;
  skuName: string;
  meterName: string;
  [field: string]: unknown;
}

export const azureItem = (
  armSkuName: string,
  retailPrice: number,
  changes: Record<string, unknown> = {},
): AzureItem => ({
  currencyCode: 'USD',
  tierMinimumUnits: 0,
  retailPrice,
  unitPrice: retailPrice,
  armRegionName: 'eastus',
  location: 'US East',
  effectiveStartDate: '2026-10-01T00:00:00Z',
  meterId: '000a794b-bdb0-58be-a0cd-0c3a0f222923',
  meterName: armSkuName.replace('Standard_', '').replaceAll('_', ' '),
  productId: 'DZH318Z0BQPS',
  skuId: 'DZH318Z0BQPS/00TG',
  productName: 'Virtual Machines Series',
  skuName: armSkuName.replace('Standard_', '').replaceAll('_', ' '),
  serviceName: 'Virtual Machines',
  serviceId: 'DZH313Z7MMC8',
  serviceFamily: 'Compute',
  unitOfMeasure: '1 Hour',
  type: 'Consumption',
  isPrimaryMeterRegion: true,
  armSkuName,
  ...changes,
});

export const azurePage = (items: readonly AzureItem[], next: string | null): unknown => ({
  BillingCurrency: 'USD',
  CustomerEntityId: 'Default',
  CustomerEntityType: 'Retail',
  Items: items,
  NextPageLink: next,
  Count: items.length,
});

/** A part of a machine at Google: a core, a GiB of memory, an accelerator. */
export const googleSku = (
  description: string,
  dollars: number,
  usageType = 'OnDemand',
  region = 'us-central1',
) => ({
  name: 'services/6F81-5844-456A/skus/0000-0000-0000',
  skuId: '0000-0000-0000',
  description,
  category: {
    serviceDisplayName: 'Compute Engine',
    resourceFamily: 'Compute',
    resourceGroup: 'GPU',
    usageType,
  },
  serviceRegions: [region],
  pricingInfo: [
    {
      effectiveTime: '2026-11-01T00:00:00Z',
      summary: '',
      pricingExpression: {
        usageUnit: description.includes('Storage')
          ? 'GiBy.mo'
          : description.includes(' Ram ')
            ? 'GiBy.h'
            : 'h',
        displayQuantity: 1,
        tieredRates: [
          {
            startUsageAmount: 0,
            unitPrice: {
              currencyCode: 'USD',
              units: String(Math.floor(dollars)),
              nanos: Math.round((dollars % 1) * 1e9),
            },
          },
        ],
      },
    },
  ],
  serviceProviderName: 'Google',
});
