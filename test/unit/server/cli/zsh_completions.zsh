# zsh_completions.zsh DIRECTORY LINE: prints what zsh proposes for the line, a word each. The directory has _tacit. It types the
# line and a tab into a zsh on a terminal of its own, in which compadd prints what it is given.
zmodload zsh/zpty || exit 2
setopt rc_quotes
zpty shell zsh -f -i
setup=$(mktemp)
cat >$setup <<SETUP
PROMPT=
fpath=($1 \$fpath)
autoload -Uz compinit
compinit -u -D
bindkey '^M' undefined
bindkey '^I' complete-word
mark() { print -r -- @@@ }
compprefuncs=( mark )
comppostfuncs=( mark exit )
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "\$@"
    return
  fi
  typeset -a proposed
  builtin compadd -A proposed "\$@"
  (( \$#proposed )) && print -rl -- \$proposed
}
print ready
SETUP
zpty -w shell source $setup
while zpty -r shell line; do [[ $line == ready* ]] && break; done
zpty -w -n shell "$2"$'\t'
marks=0
while zpty -r shell line; do
  line=${line%%[$'\r\n']##}
  if [[ $line == *@@@* ]]; then
    (( ++marks == 2 )) && break
  elif (( marks == 1 )); then
    print -r -- $line
  fi
done
rm -f $setup
