-- The lines of former prompts: $XDG_STATE_HOME/hosskeep/history, for its owner only. A line that
-- begins with a space, or holds a registered secret, is not kept.

local history = {}

local MOST = 1000

--- Where the lines are kept; nil without a home.
function history.path()
    local state = process.getenv "XDG_STATE_HOME"
    if not state or state:sub(1, 1) ~= "/" then
        state = fs.join(process.home, ".local/state")
    end
    return fs.join(state, "hosskeep/history")
end

local function lines_of(path)
    local lines = {}
    for line in (try(fs.read, path) or ""):gmatch "[^\n]+" do
        lines[#lines + 1] = line
    end
    return lines
end

--- Gives the kept lines to the line editor.
function history.load(prompt)
    local terminal = prompt.terminal
    if not terminal.interactive then
        return
    end
    prompt.history = history.path()
    for _, line in ipairs(lines_of(prompt.history)) do
        terminal.remember(line)
    end
end

local function save(path, line)
    local lines = lines_of(path)
    if lines[#lines] == line then
        return
    end
    lines[#lines + 1] = line
    lines = table.move(lines, math.max(1, #lines - MOST + 1), #lines, 1, {})
    fs.mkdir(fs.dirname(path), 448)
    fs.write(path, table.concat(lines, "\n") .. "\n", { mode = 384, sync = false })
end

--- Remembers a line, in the editor and in the file. A file that cannot be written is told once.
function history.add(prompt, line)
    if not prompt.history or line:find "^%s" or line == "" or log.mask(line) ~= line then
        return
    end
    prompt.terminal.remember(line)
    local _, err = try(save, prompt.history, line)
    if err and not prompt.history_failed then
        prompt.history_failed = true
        log.warn("the history is not kept: %s", tostring(err))
    end
end

return history
