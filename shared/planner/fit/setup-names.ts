/** Methods and formats as everybody calls them, the same in every language. */
export const optimiserNames = {
  adamw: 'AdamW',
  'adamw-8bit': 'AdamW, 8 bit',
  adafactor: 'Adafactor',
  sgd: 'SGD',
  'sgd-momentum': 'SGD + momentum',
  lion: 'Lion',
} as const;
export const shardingNames = {
  ddp: 'DDP',
  zero1: 'ZeRO-1',
  zero2: 'ZeRO-2',
  zero3: 'ZeRO-3',
  fsdp: 'FSDP',
} as const;
export const methodNames = { lora: 'LoRA', qlora: 'QLoRA' } as const;
