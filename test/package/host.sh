# A Debian host of the test's own: a fresh root, and in it the real systemd as process 1, in namespaces of its own (processes,
# mounts, network, control groups). No virtual machine is needed, only root. Sourced by run.sh, which sets `work` and `release`.
# shellcheck shell=bash

# Packages of a small server, and those that the test calls in it.
base_packages=systemd,systemd-sysv,dbus,openssl,curl,procps,bash-completion,man-db,strace
host_pid=
host_group=
host_name=  # where there is more than one

make_base() {
  base=$cache/roots/$release-host
  make_debian_root "$release" "$base" "$base_packages"
}

# A run does not change the base: its changes are in memory and are lost at its end.
mount_root() {
  mkdir -p "$work/changes" "$work/root"
  mount -t tmpfs tmpfs "$work/changes"
  mkdir "$work/changes/upper" "$work/changes/work"
  mount -t overlay overlay -o "lowerdir=$base/root,upperdir=$work/changes/upper,workdir=$work/changes/work" "$work/root"
  # The kernel is this machine's; with systemd 257 the unit fails where there are no modules.
  ln -s /dev/null "$work/root/etc/systemd/system/systemd-modules-load.service"
}

unmount_root() {
  if mountpoint -q "$work/root"; then umount "$work/root"; fi
  if mountpoint -q "$work/changes"; then umount "$work/changes"; fi
}

# The host has no network but its loopback, so what apt will want is fetched before.
fetch_dependencies() {  # FILE.deb…: packages in the root, whose dependencies are fetched
  connect_to_network "$release" "$work/root"
  chroot "$work/root" apt-get -qq update
  chroot "$work/root" apt-get -qq install --download-only "$@" >/dev/null
}

# Becomes systemd. Runs in the new namespaces.
become_host() {
  local root=$work/root device
  mount --make-rprivate /
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs tmpfs "$root/dev" -o mode=755
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir "$root/dev/pts" "$root/dev/shm" "$root/.before"
  mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666,mode=620
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  mount -t tmpfs tmpfs "$root/dev/shm"
  mount -t tmpfs tmpfs "$root/run" -o mode=755
  ip link set lo up
  hostname tacit-test
  cd "$root" || return
  pivot_root . .before
  umount -l /.before
  rmdir /.before
  # Credentials reach services by mounts that propagate.
  mount --make-rshared /
  exec env -i container=tacit-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal --show-status=no
}

start_host() {
  local unified
  unified=$(findmnt --noheadings --output TARGET --types cgroup2 | head -n 1)
  [ -n "$unified" ] || fail "no cgroup2 file system is mounted"
  host_group=$unified/tacit-test-$$${host_name:+-$host_name}
  mkdir "$host_group"
  (
    echo "$BASHPID" >"$host_group/cgroup.procs"
    export work
    exec setsid unshare --fork --kill-child --mount --uts --ipc --net --pid --cgroup \
      bash -euc "$(declare -f become_host); become_host"
  ) >"$work/console" 2>&1 </dev/null &
  host_launcher=$!
  local i
  for i in $(seq 100); do
    host_pid=$(pgrep --parent $host_launcher || true)
    if [ -n "$host_pid" ] && in_host systemctl is-system-running >"$work/state" 2>/dev/null; then break; fi
    [ "$i" -lt 100 ] || fail "systemd did not come up: $(cat "$work/state" "$work/console"; failed_units)"
    sleep 0.2
  done
  echo "Booted: $(in_host systemctl --version | head -n 1), $(cat "$work/state")"
}

failed_units() {
  in_host systemctl --failed --no-legend --plain | while read -r unit _; do in_host systemctl status --no-pager "$unit"; done
}

in_host() {
  nsenter --target "$host_pid" --mount --uts --ipc --net --pid --cgroup --root --wd "$@"
}

stop_host() {
  [ -n "$host_pid" ] || return 0
  # To systemd in a container this means to halt; should it not, its end takes all its processes along.
  kill -s RTMIN+3 "$host_pid" 2>/dev/null || true
  local i
  for i in $(seq 50); do
    kill -0 "$host_pid" 2>/dev/null || break
    [ "$i" -lt 50 ] || kill -s KILL "$host_pid"
    sleep 0.2
  done
  wait "$host_launcher" || true
  host_pid=
  find "$host_group" -depth -type d -exec rmdir {} + 2>/dev/null || true
}
