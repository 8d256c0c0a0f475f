#!/bin/sh
# SPDX-License-Identifier: MIT
# The guest tests with several virtual CPUs.
set -eu
# shellcheck disable=SC2046 # a list of words on purpose
exec sh test/guest/run.sh $(awk '$1 == "machine" && $2 ~ /^smp/ { print $2 }' test/guest/list)
