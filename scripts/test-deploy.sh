#!/bin/sh
# Holds deploy/ against the programs that read it: Prometheus's promtool (unpacked into .peers by setup.sh) and
# systemd-analyze. Ends with a line "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
. scripts/checks.sh
promtool=$PWD/.peers/usr/bin/promtool

rules_are_rules() { "$promtool" check rules deploy/alerts.rules.yaml; }
alerts_fire_as_told() { "$promtool" test rules deploy/alerts.test.yaml; }
every_alert_is_tested() {
  sed -n 's/^ *- alert: //p' deploy/alerts.rules.yaml | while read -r alert; do
    # Once where it must be quiet, once where it must fire.
    grep -q "alertname: $alert }" deploy/alerts.test.yaml
    grep -A1 "alertname: $alert\$" deploy/alerts.test.yaml | grep -q 'exp_alerts:'
  done
}
# The unit with this checkout's program, because systemd asks whether the one that it starts is there.
unit() {
  sed "s,^ExecStart=[^ ]*,ExecStart=$PWD/bin/arpsweep.js," deploy/arpsweep.service >"$work/arpsweep.service"
}
unit_is_a_unit() {
  unit
  systemd-analyze verify --man=no "$work/arpsweep.service" 2>"$work/complaints"
  # It tells of unknown settings, and goes on.
  cat "$work/complaints"
  [ ! -s "$work/complaints" ]
}
# In tenths, of 100 for a service without any restriction. What is left is what it needs: packet sockets, network, /proc.
unit_is_confined() {
  unit
  systemd-analyze security --no-pager --offline=true --threshold=20 "$work/arpsweep.service"
}

check 'the alert rules are rules' rules_are_rules
check 'alerts fire where they must, and nowhere else' alerts_fire_as_told
check 'every alert is tested for both' every_alert_is_tested
check 'Prometheus takes the scrape configuration, and labels targets by it' node scripts/check-scraping.mjs "$promtool"
check 'systemd takes the unit' unit_is_a_unit
check 'the unit is confined' unit_is_confined
conclude
