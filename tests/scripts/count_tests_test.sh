. "$(dirname "$0")/expect.sh"
mkdir "$scratch/gtest"

# 3 passed, 1 failed, 2 skipped (one by GTEST_SKIP, one DISABLED_).
cat >"$scratch/gtest/some_test.xml" <<'END'
<testsuites tests="6" failures="1" disabled="1">
  <testsuite name="A">
    <testcase name="One" status="run" result="completed" classname="A"/>
    <testcase name="Two" status="run" result="completed" classname="A"/>
    <testcase name="Three" status="run" result="completed" classname="A"/>
    <testcase name="Four" status="run" result="completed" classname="A">
      <failure message="x" type=""/><failure message="y" type=""/>
    </testcase>
    <testcase name="Five" status="run" result="skipped" classname="A"><skipped message="no data"/></testcase>
    <testcase name="DISABLED_Six" status="notrun" result="suppressed" classname="A"/>
  </testsuite>
</testsuites>
END
# All passed, but the program ended badly, as a leak reported at exit does.
cat >"$scratch/gtest/leak_test.xml" <<'END'
<testsuites><testsuite name="B"><testcase name="One" status="run" result="completed"/></testsuite></testsuites>
END
cat >"$scratch/junit.xml" <<'END'
<testsuite name="Linux">
  <testcase name="some_test" status="fail"><failure message=""/></testcase>
  <testcase name="leak_test" status="fail"><failure message=""/></testcase>
  <testcase name="crash_test" status="fail"><failure message=""/></testcase>
  <testcase name="plain" status="run"/>
  <testcase name="skips" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
  <testcase name="absent" status="notrun"><skipped message="Unable to find executable"/></testcase>
</testsuite>
END
# some_test 3/1/2, leak_test 1/1/0, crash_test 0/1/0, plain 1/0/0, skips 0/0/1, absent 0/1/0.
expect 'passed, failed, skipped' '5 4 3' \
  "$("$root/scripts/count-tests" "$scratch/junit.xml" "$scratch/gtest")"
expect 'of those whose name ends in _test' '4 3 2' \
  "$("$root/scripts/count-tests" "$scratch/junit.xml" "$scratch/gtest" _test)"
"$root/scripts/count-tests" "$scratch/nothing.xml" "$scratch/gtest" >"$scratch/message" 2>&1
expect 'exit code without a file' 1 $?
expect "what it says, in one line" 'count-tests: 1' "$(sed 's/:.*nothing.xml.*/:/' "$scratch/message") $(wc -l <"$scratch/message")"
"$root/scripts/count-tests" >/dev/null 2>&1
expect 'exit code of wrong usage' 2 $?
finish
