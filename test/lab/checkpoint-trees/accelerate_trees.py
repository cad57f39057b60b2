import torch, sys
from accelerate import Accelerator
from accelerate.utils import ProjectConfiguration
out=sys.argv[1]
a=Accelerator(cpu=True,project_config=ProjectConfiguration(out+'/accelerate',automatic_checkpoint_naming=True))
m=torch.nn.Linear(8,8);o=torch.optim.Adam(m.parameters());s=torch.optim.lr_scheduler.StepLR(o,1)
d=torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(32,8)),batch_size=4)
m,o,s,d=a.prepare(m,o,s,d)
for i,(x,) in enumerate(d):
    with a.accumulate(m):
        l=m(x).pow(2).mean();a.backward(l);o.step();s.step();o.zero_grad()
    if i%3==2: a.save_state()
a.save_state(out+'/accelerate-own/step_8')
