# scripts/get-cifar10 against a small archive, from a server on this machine that also breaks off,
# knows no ranges, or is not there.
. "$(dirname "$0")/expect.sh"
command -v python3 >/dev/null || { echo 'skipped: python3 is absent'; exit 77; }
command -v curl >/dev/null || command -v wget >/dev/null || { echo 'skipped: neither curl nor wget'; exit 77; }
get=$root/scripts/get-cifar10
export OCTAVO_CACHE=$scratch/cache

mkdir -p "$scratch/content/cifar-10-batches-bin" "$scratch/www"
for name in data_batch_{1,2,3,4,5}.bin test_batch.bin; do
  head -c 30730 /dev/urandom >"$scratch/content/cifar-10-batches-bin/$name"
done
printf '%s\n' airplane automobile bird cat deer dog frog horse ship truck \
  >"$scratch/content/cifar-10-batches-bin/batches.meta.txt"
tar -czf "$scratch/www/good" -C "$scratch/content" cifar-10-batches-bin
tar -czf "$scratch/www/other" -C "$scratch/content/cifar-10-batches-bin" test_batch.bin
head -c 5000 "$scratch/www/good" >"$scratch/www/short"
md5_of() { md5sum <"$1" | cut -d' ' -f1; }
OCTAVO_CIFAR10_MD5=$(md5_of "$scratch/www/good")
export OCTAVO_CIFAR10_MD5

# Knows ranges, except for /plain. /once breaks off in the middle of its first answer, /always in the middle of
# every one.
cat >"$scratch/server.py" <<'END'
import http.server, re, sys
class Handler(http.server.BaseHTTPRequestHandler):
    broken = set()
    def do_GET(self):
        path = self.path[1:]
        name = path.split("-")[0]
        try:
            data = open(sys.argv[1] + "/" + {"once": "good", "always": "good", "plain": "good"}.get(name, name), "rb").read()
        except OSError:
            return self.send_error(404)
        begin = 0
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and name != "plain":
            begin = int(asked.group(1))
            if begin >= len(data):
                return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        print(name, begin, file=open(sys.argv[2], "a"))
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        rest = data[begin:]
        if name == "always" or (name == "once" and path not in self.broken):
            self.broken.add(path)
            rest = rest[:len(rest) // 2]
        self.wfile.write(rest)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open(sys.argv[3], "w").write(str(server.server_port))
server.serve_forever()
END
python3 "$scratch/server.py" "$scratch/www" "$scratch/requests" "$scratch/port" &
server=$!
trap 'kill $server; rm -rf "$scratch"' EXIT
for ((i = 0; i < 500; i++)); do [ -s "$scratch/port" ] && break; sleep 0.02; done
base=http://127.0.0.1:$(cat "$scratch/port")

there() { [ -f "$1/cifar-10-batches-bin/test_batch.bin" ] && echo yes || echo no; }
same() { diff -r "$scratch/content" "$1" >/dev/null && echo yes || echo no; }
nothing_in() { # what, folder: neither the data set nor anything half-done
  expect "what is left after $1" no "$([ -e "$2" ] && echo "$(ls -A "$2")" || echo no)"
}

check_with() { # curl or wget
  local dir=$scratch/$1 message
  message=$(OCTAVO_CIFAR10_URL=$base/good "$get" "$dir/plainly" 2>&1)
  expect "$1: exit code" 0 $?
  expect_text "$1" "next: octavo-train resnet20 --data $dir/plainly" "$message"
  expect "$1: the content" yes "$(same "$dir/plainly")"
  expect "$1: what is in the folder" cifar-10-batches-bin "$(ls -A "$dir/plainly")"
  expect "$1: the download is gone" '' "$(ls "$OCTAVO_CACHE/archives" 2>/dev/null | grep -v lock)"

  : >"$scratch/requests"
  message=$(OCTAVO_CIFAR10_URL=$base/good "$get" "$dir/plainly" 2>&1)
  expect "$1: exit code the second time" 0 $?
  expect_text "$1: the second time" 'there already' "$message"
  expect "$1: requests the second time" '' "$(cat "$scratch/requests")"

  message=$(OCTAVO_CIFAR10_URL=$base/once-$1 "$get" "$dir/once" 2>&1)
  expect "$1: exit code when it broke off once" 0 $?
  expect "$1: it went on in the middle" yes "$(grep -q '^once [1-9]' "$scratch/requests" && echo yes)"
  expect "$1: the content after that" yes "$(same "$dir/once")"

  message=$(OCTAVO_CIFAR10_URL=$base/always "$get" "$dir/always" 2>&1)
  expect "$1: exit code when it always breaks off" 1 $?
  expect_text "$1: always broken" 'could not be downloaded' "$message"
  nothing_in "$1: breaking off" "$dir/always"
  expect "$1: the beginning is kept" yes "$([ -s "$OCTAVO_CACHE/archives/cifar-10-binary.tar.gz.part" ] && echo yes)"
  message=$(OCTAVO_CIFAR10_URL=$base/plain "$get" "$dir/plain" 2>&1)
  expect "$1: exit code of a server without ranges" 0 $?
  expect "$1: the content from it" yes "$(same "$dir/plain")"

  # What an earlier download left is of something else.
  head -c 2000 /dev/urandom >"$OCTAVO_CACHE/archives/cifar-10-binary.tar.gz.part"
  message=$(OCTAVO_CIFAR10_URL=$base/good "$get" "$dir/mixed" 2>&1)
  expect "$1: exit code with another beginning" 0 $?
  expect_text "$1: another beginning" 'beginning anew' "$message"
  expect "$1: the content after it" yes "$(same "$dir/mixed")"
  # It is all there already, as after a crash between download and unpacking.
  cp "$scratch/www/good" "$OCTAVO_CACHE/archives/cifar-10-binary.tar.gz.part"
  : >"$scratch/requests"
  OCTAVO_CIFAR10_URL=$base/good "$get" "$dir/ready" >/dev/null 2>&1
  expect "$1: exit code with a whole download" 0 $?
  expect "$1: requests with it" '' "$(cat "$scratch/requests")"

  local name
  for name in short other; do
    message=$(OCTAVO_CIFAR10_URL=$base/$name "$get" "$dir/$name" 2>&1)
    expect "$1: exit code for another archive" 1 $?
    expect_text "$1: another archive" \
      "MD5 expected $OCTAVO_CIFAR10_MD5, found $(md5_of "$scratch/www/$name")" "$message"
    nothing_in "$1: a wrong MD5" "$dir/$name"
    expect "$1: nothing of it is kept" '' "$(ls "$OCTAVO_CACHE/archives" | grep -v lock)"
  done
  message=$(OCTAVO_CIFAR10_URL=$base/none "$get" "$dir/none" 2>&1)
  expect "$1: exit code for 404" 1 $?
  expect_text "$1: 404" 404 "$message"
  message=$(OCTAVO_CIFAR10_URL=http://127.0.0.1:9/x "$get" "$dir/refused" 2>&1)
  expect "$1: exit code without a server" 1 $?
  expect_text "$1: no server" 'could not be downloaded' "$message"
  expect_text "$1: no server" '--from FILE' "$message"
  nothing_in "$1: no server" "$dir/refused"

  # No file may grow beyond 10 kB: the disk is full.
  message=$(trap '' XFSZ; ulimit -f 10; OCTAVO_CIFAR10_URL=$base/good "$get" "$dir/full" 2>&1)
  expect "$1: exit code when the download does not fit" 1 $?
  expect_text "$1: no room for the download" 'MB are free in' "$message"
  nothing_in "$1: a full disk" "$dir/full"
  rm -rf "$OCTAVO_CACHE"
}

# Each tool alone, in a folder of links to all programs but the other one.
for tool in curl wget; do
  command -v $tool >/dev/null || continue
  mkdir "$scratch/bin-$tool"
  for folder in /usr/bin /bin; do
    ln -sf "$folder"/* "$scratch/bin-$tool/" 2>/dev/null
  done
  rm -f "$scratch/bin-$tool/curl" "$scratch/bin-$tool/wget"
  ln -s "$(command -v $tool)" "$scratch/bin-$tool/$tool"
  saved=$PATH
  PATH=$scratch/bin-$tool
  check_with $tool
  PATH=$saved
done

message=$("$get" --from "$scratch/www/good" "$scratch/from" 2>&1)
expect 'exit code of --from' 0 $?
expect '--from: the content' yes "$(same "$scratch/from")"
expect '--from: the archive stays' yes "$([ -f "$scratch/www/good" ] && echo yes)"
message=$("$get" --from "$scratch/www/short" "$scratch/from-short" 2>&1)
expect 'exit code of --from with another archive' 1 $?
expect_text '--from with another archive' 'is refused: MD5 expected' "$message"
nothing_in '--from with another archive' "$scratch/from-short"
message=$("$get" --from "$scratch/nothing" 2>&1)
expect 'exit code of --from without the file' 1 $?
message=$("$get" --from 2>&1)
expect 'exit code of --from alone' 2 $?
message=$(OCTAVO_CIFAR10_MD5=$(md5_of "$scratch/www/other") "$get" --from "$scratch/www/other" "$scratch/from-other" 2>&1)
expect 'exit code for an archive of other files' 1 $?
expect_text 'an archive of other files' 'holds no cifar-10-batches-bin' "$message"
nothing_in 'an archive of other files' "$scratch/from-other"
message=$(trap '' XFSZ; ulimit -f 10; "$get" --from "$scratch/www/good" "$scratch/full" 2>&1)
expect 'exit code when the content does not fit' 1 $?
expect_text 'no room for the content' 'could not be unpacked' "$message"
nothing_in 'no room for the content' "$scratch/full"

# A file from a disk by its address; a folder with other things in it; one that is not whole.
mkdir "$scratch/mine"
echo mine >"$scratch/mine/notes"
OCTAVO_CIFAR10_URL=file://$scratch/www/good "$get" "$scratch/mine" >/dev/null 2>&1
expect 'exit code of file://' 0 $?
expect 'what was in the folder stays' mine "$(cat "$scratch/mine/notes")"
rm "$scratch/mine/cifar-10-batches-bin/data_batch_3.bin"
message=$("$get" --from "$scratch/www/good" "$scratch/mine" 2>&1)
expect 'exit code for a folder that is not whole' 1 $?
expect_text 'a folder that is not whole' 'is not whole' "$message"
finish
