// The client behind each hook tool and machine command: a few lines of bash that hand (token, folder, name, arguments) to the
// background process over a loopback socket and print its answer. Bash, because a call costs 2 to 3 ms that way; a Node start costs 30.
//
// Wire: the client sends its words, each ended by NUL: token, working folder, number of arguments, name, arguments. A number with
// a "+" says that the standard input follows as one more word: for `--file -` it is sent at once, since on a connection that has
// already answered the kernel holds the second of two small writes back for 40 ms.
// The server answers three words, each ended by NUL: exit code, stdout, stderr. With the exit code "stdin" it asks for the standard
// input first: the client sends it, ended by NUL, and reads the real answer. With "b<code>" the two texts are base64 (they held a NUL).

/** @param address where the background process listens. @param token fixed token; without one the caller's JUJU_CONTEXT_ID is used. @param first lines of bash before all else. */
export const shimScript = (address: { host: string; port: number }, token?: string, first = ''): string => `#!/bin/bash
${first}
${token === undefined ? `[ -n "\${JUJU_CONTEXT_ID:-}" ] || { echo 'ERROR JUJU_CONTEXT_ID not set' >&2; exit 1; }` : ''}
if ! { exec 3<>/dev/tcp/${address.host}/${address.port}; } 2>/dev/null; then
  echo "ERROR dial unix \${JUJU_AGENT_SOCKET_ADDRESS:-}: connect: no such file or directory" >&2
  exit 1
fi
count=$#
before=
unset input
for word; do
  case "$before $word" in *' --file=-' | '--file -') IFS= read -r -d '' input; count=$#+; break ;; esac
  before=$word
done
printf '%s\\0' ${token === undefined ? '"$JUJU_CONTEXT_ID"' : `'${token}'`} "$PWD" "$count" "\${0##*/}" "$@" \${input+"$input"} >&3
answer() { IFS= read -r -d '' code && IFS= read -r -d '' out && IFS= read -r -d '' err; }
answer <&3 || { echo 'ERROR connection is shut down' >&2; exit 1; }
if [ "$code" = stdin ]; then
  IFS= read -r -d '' input
  printf '%s\\0' "$input" >&3
  answer <&3 || { echo 'ERROR connection is shut down' >&2; exit 1; }
fi
case $code in
  b*) code=\${code#b}; base64 -d <<<"$out"; base64 -d <<<"$err" >&2 ;;
  *) printf '%s' "$out"; [ -z "$err" ] || printf '%s' "$err" >&2 ;;
esac
exit "$code"
`;
