/** The shell script inside the name spaces: builds the root, sets the bounds, and becomes the program. */

/**
 * The settings are shell variables in front of it, lists a line each; an empty CONFINED_ROOT means that there are no name
 * spaces. Few processes, for each costs as much as the rest. The shell stays, as the first process of its name space,
 * only where a file goes out: with it all others end.
 */
export const script = String.raw`
set -eu
umask 077
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
if [ -n "$CONFINED_ROOT" ]; then
  IFS='
'
  mount -t tmpfs -o "size=$CONFINED_SCRATCH,nr_inodes=20000,mode=755,nosuid,nodev" tmpfs "$CONFINED_ROOT"
  mkdir -p "$CONFINED_ROOT/old" "$CONFINED_ROOT/tmp" "$CONFINED_ROOT/etc" $CONFINED_DIRECTORIES
  for each in $CONFINED_FILES; do : >"$each"; done
  cp -a $CONFINED_LINKS "$CONFINED_ROOT"
  cp -a $CONFINED_ETC "$CONFINED_ROOT/etc"
  printf '%s\n' "$CONFINED_MOUNTS" >"$CONFINED_ROOT/fstab"
  mount -a -T "$CONFINED_ROOT/fstab"
  unset IFS
  cd "$CONFINED_ROOT"
  pivot_root . old
  cd /tmp
  umount -l /old
else
  cd "$CONFINED_DIRECTORY"
fi
export HOME="$PWD" TMPDIR="$PWD"
ulimit -c 0
ulimit -t "$CONFINED_CPU"
ulimit -n 512
ulimit -f "$((CONFINED_SCRATCH / 512))"
[ -z "$CONFINED_ADDRESS" ] || ulimit -v "$((CONFINED_ADDRESS / 1024))"
if [ -n "$CONFINED_SETPRIV" ]; then
  set -- "$CONFINED_SETPRIV" --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
fi
[ -n "$CONFINED_INPUT" ] || exec "$@"
cat >"$CONFINED_INPUT"
[ -n "$CONFINED_OUTPUT" ] || exec "$@" </dev/null
"$@" </dev/null >/dev/null
[ ! -f "$CONFINED_OUTPUT" ] || exec cat "$CONFINED_OUTPUT"
exit 66
`
