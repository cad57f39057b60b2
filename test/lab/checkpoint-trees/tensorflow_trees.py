import tensorflow as tf, keras, sys, numpy as np
out=sys.argv[1]
v=tf.Variable(np.random.rand(20,20).astype('f'),name='v'); s=tf.Variable(0)
c=tf.train.Checkpoint(v=v,s=s); m=tf.train.CheckpointManager(c,out+'/tf',max_to_keep=3,checkpoint_name='ckpt')
for i in range(4): m.save(checkpoint_number=100*(i+1))
x=np.random.rand(32,4);y=np.random.rand(32,1)
class Stop(keras.callbacks.Callback):
    def on_epoch_end(self,e,l=None):
        if e==1: raise KeyboardInterrupt
model=keras.Sequential([keras.layers.Input((4,)),keras.layers.Dense(3),keras.layers.Dense(1)])
model.compile('adam','mse')
try: model.fit(x,y,epochs=3,verbose=0,callbacks=[keras.callbacks.BackupAndRestore(out+'/keras-backup'),keras.callbacks.ModelCheckpoint(out+'/keras-files/m-{epoch:02d}.keras'),keras.callbacks.ModelCheckpoint(out+'/keras-files/w-{epoch:02d}.weights.h5',save_weights_only=True),Stop()])
except KeyboardInterrupt: pass
