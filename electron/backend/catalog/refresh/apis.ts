/** Where public prices are asked for. */
export interface PriceApis {
  /** AWS Price List bulk files. */
  aws: string;
  /** AWS Spot Advisor: how often spot instances are taken back, and what they save. */
  awsSpotAdvisor: string;
  /** Azure Retail Prices. */
  azure: string;
  /** Google's Cloud Billing Catalog. */
  google: string;
}

export const publicApis: PriceApis = {
  aws: 'https://pricing.us-east-1.amazonaws.com',
  awsSpotAdvisor: 'https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json',
  azure: 'https://prices.azure.com/api/retail/prices',
  google: 'https://cloudbilling.googleapis.com',
};
