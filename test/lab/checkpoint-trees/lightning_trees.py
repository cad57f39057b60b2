import torch, lightning as L, sys, os
from lightning.pytorch.callbacks import ModelCheckpoint
out=sys.argv[1]
class M(L.LightningModule):
    def __init__(s): super().__init__(); s.l=torch.nn.Linear(8,8)
    def training_step(s,b,i): return s.l(b[0]).pow(2).mean()
    def configure_optimizers(s): return torch.optim.Adam(s.parameters())
d=torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(32,8)),batch_size=4)
cb=ModelCheckpoint(out+'/lightning',every_n_train_steps=4,save_top_k=-1,save_last='link')
cb2=ModelCheckpoint(out+'/lightning-last',every_n_train_steps=4,save_top_k=1,save_last=True,filename='best')
for c in (cb,cb2):
    t=L.Trainer(max_steps=12,accelerator='cpu',callbacks=[c],logger=False,enable_progress_bar=False)
    t.fit(M(),d)
t=L.Trainer(max_steps=12,accelerator='cpu',callbacks=[ModelCheckpoint(out+'/lightning-legacy',every_n_train_steps=4,save_top_k=-1)],logger=False,enable_progress_bar=False)
