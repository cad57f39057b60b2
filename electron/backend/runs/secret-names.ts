const secretWords =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|ACCESS_KEY|PRIVATE_KEY|KEY)(?:_|$)/i;

/**
 * Whether a variable's name says that its value is a secret ("HF_TOKEN", "WANDB_API_KEY"). Task files in the wild pass
 * those as plain envs; a value given with the launch is kept as a secret all the same.
 */
export const variableLooksSecret = (name: string): boolean => secretWords.test(name);
