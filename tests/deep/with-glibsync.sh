#!/bin/sh
# with-glibsync.sh LIBRARY PROGRAM [ARGUMENT...]
# Runs it with LIBRARY preloaded behind what the test wants preloaded already.
library=$1
shift
LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$library exec "$@"
