import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { said } from '#renderer/features/moves/said.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Button } from '#renderer/ui/index.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import { usePlaces } from './place-store.ts';

/** What is proposed, in words: the title, and why. */
export function proposalWords(proposal: Proposal, t: Translate): { title: string; text: string } {
  const machine = placeName(proposal.toMachineId, proposal.toMachineName, t);
  return {
    title: t(proposal.kind === 'move' ? 'places.proposeMove' : 'places.proposeRestart', {
      name: proposal.runName,
      machine,
    }),
    text: said(proposal.reason),
  };
}

/** Do it, or not. */
export function ProposalActions({ proposal }: { proposal: Proposal }) {
  const t = useT();
  const may = useMay('operator');
  const [busy, setBusy] = useState(false);
  if (!may) return null;
  const answer = async (accept: boolean) => {
    setBusy(true);
    const ref = { proposalId: proposal.id };
    try {
      const next = accept ? await rpc().places.accept(ref) : await rpc().places.dismiss(ref);
      usePlaces.setState(({ proposals }) => ({
        proposals: proposals.map((each) => (each.id === next.id ? next : each)),
      }));
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button small busy={busy} onClick={() => void answer(true)}>
        {t(proposal.kind === 'move' ? 'places.moveIt' : 'places.restartIt')}
      </Button>
      <Button small look="quiet" disabled={busy} onClick={() => void answer(false)}>
        {t('places.dismiss')}
      </Button>
    </>
  );
}
