import jax, jax.numpy as jnp, orbax.checkpoint as ocp, sys, numpy as np
out=sys.argv[1]
tree={'w':np.random.rand(64,64).astype('f'),'b':np.zeros(8),'step':3}
m=ocp.CheckpointManager(out+'/orbax',options=ocp.CheckpointManagerOptions(max_to_keep=3))
for s in (100,200,300): m.save(s,args=ocp.args.StandardSave(tree))
m.wait_until_finished()
m=ocp.CheckpointManager(out+'/orbax-named',options=ocp.CheckpointManagerOptions(max_to_keep=3,step_prefix='ckpt'))
for s in (5,10): m.save(s,args=ocp.args.Composite(state=ocp.args.StandardSave(tree),extra=ocp.args.JsonSave({'a':1})))
m.wait_until_finished()
c=ocp.PyTreeCheckpointer(use_ocdbt=False) if True else None
try: c.save(out+'/orbax-zarr/7',tree)
except Exception as e: print(e)
