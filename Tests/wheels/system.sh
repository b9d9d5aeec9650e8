#!/bin/sh
# Runs inside.sh in a root, in a mount namespace that was made for it: nothing of it stays.
#   system.sh ROOT FILES    FILES is /files there
set -eu
root=$1
files=$2
over=$(mktemp -d)
mount --make-rprivate /
mount -t tmpfs tmpfs "$over"
mkdir "$over/upper" "$over/work" "$over/root"
mount -t overlay overlay \
    -o "lowerdir=$root,upperdir=$over/upper,workdir=$over/work" "$over/root"
mkdir "$over/root/files"
mount --bind "$files" "$over/root/files"
mount --rbind /dev "$over/root/dev"
mount -t proc proc "$over/root/proc"
SCRATCH=/tmp
HOME=/root
export SCRATCH HOME
chroot "$over/root" sh /files/inside.sh
# The directory is what is left; the mounts end with the namespace.
umount -l "$over" && rmdir "$over"
