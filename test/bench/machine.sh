# Sourced by run.sh: what the machine did beside the measurement, which says how far the figures can be trusted.
# shellcheck shell=bash disable=SC2034,SC2154  # variables that the scripts share

# Clock ticks of a process and of the children that it has waited for, and of those that are still there.
cpu_ticks() { # pid
  local pid
  for pid in "$1" $(cat "/proc/$1/task/$1/children"); do
    # The name in brackets may contain spaces; the fields after it do not.
    sed 's/.*) //' "/proc/$pid/stat"
  done | awk '{ sum += $12 + $13 } END { print sum + 0 }'
}

# Clock ticks of all processors: at work, and withheld by the hypervisor.
machine_ticks() {
  awk '$1 == "cpu" { print $2 + $3 + $4 + $7 + $8, $9 }' /proc/stat
}

# Clock ticks of this script with its load generators, and of the servers.
own_ticks() {
  local ticks pid
  ticks=$(sed 's/.*) //' "/proc/$$/stat" | awk '{ print $12 + $13 + $14 + $15 }')
  for pid in $server $nginx; do ticks=$((ticks + $(cpu_ticks "$pid"))); done
  echo "$ticks"
}

begin_watch() {
  watch_begin="$(machine_ticks) $(own_ticks) $(cut -d ' ' -f 1 /proc/uptime)"
}

# Percent of all processors since begin_watch: other processes' work, and what the hypervisor withheld.
end_watch() { # prints JSON members
  awk -v before="$watch_begin" -v after="$(machine_ticks) $(own_ticks) $(cut -d ' ' -f 1 /proc/uptime)" \
    -v per_second="$(getconf CLK_TCK)" -v cores="$(nproc)" 'BEGIN {
      split(before, a, " ")
      split(after, b, " ")
      all = (b[4] - a[4]) * per_second * cores
      other = (b[1] - a[1]) - (b[3] - a[3])
      printf "\"others\":%.1f,\"withheld\":%.1f", (other > 0 ? other : 0) * 100 / all, (b[2] - a[2]) * 100 / all
    }'
}

processor() {
  sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
}

# MHz now, where the kernel knows it.
frequency() {
  awk -F ': ' '/^cpu MHz/ { sum += $2; ++number } END { printf "%.0f", number ? sum / number : 0 }' /proc/cpuinfo
}

load_average() {
  cut -d ' ' -f 1 /proc/loadavg
}
