-- The report for programs: one JSON object per line, each with "event" and "time".

local form = {}

local methods = {}
local meta = { __index = methods }

--- A report of JSON lines.
function form.new()
    return setmetatable({}, meta)
end

local function emit(event, fields)
    local object = { event = event, time = time.format "%Y-%m-%dT%H:%M:%SZ" }
    for key, value in pairs(fields or {}) do
        object[key] = value
    end
    log.out(json.encode(object) .. "\n")
    io.stdout:flush()
end

local function rounded(seconds)
    return math.floor(seconds * 1000 + 0.5) / 1000
end

function methods:step(name, title)
    emit("step", { step = name, title = title })
end

function methods:done(name, seconds)
    emit("done", { step = name, seconds = rounded(seconds) })
end

function methods:skip(name, title, why)
    emit("skip", { step = name, title = title, reason = why })
end

function methods:piece(piece)
    emit("piece", { piece = piece.label, total = piece.total })
end

function methods:draw(pieces, now)
    for _, piece in ipairs(pieces) do
        emit("progress", {
            piece = piece.label,
            bytes = piece.bytes,
            total = piece.total,
            seconds = rounded(now - piece.started),
        })
    end
end

function methods:piece_done(piece, seconds)
    emit("piece_done", { piece = piece.label, bytes = piece.bytes, seconds = rounded(seconds) })
end

function methods:note(text)
    emit("note", { text = text })
end

function methods:warn(text)
    emit("warning", { text = text })
end

function methods:failed(step, text, code)
    emit("failed", { step = step, text = text, exit = code })
end

function methods:close(code, seconds)
    emit("end", { exit = code, seconds = rounded(seconds) })
end

function methods:result(text, fields)
    local object = { text = text }
    for key, value in pairs(fields or {}) do
        object[key] = value
    end
    emit("result", object)
end

return form
