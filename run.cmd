@echo off
rem Packbench: sets up what it needs once, then opens the demo. Needs Python 3.11 or newer.
setlocal
cd /d "%~dp0"
if exist .venv\Scripts\python.exe goto installed
set PYTHON=
where py >nul 2>nul && set PYTHON=py -3
if not defined PYTHON where python >nul 2>nul && set PYTHON=python
if not defined PYTHON goto nopython
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" || goto nopython
%PYTHON% -m venv .venv || goto failed

:installed
fc /b requirements.txt .venv\installed-run.txt >nul 2>nul && goto start
echo Installing what Packbench needs (once) ...
.venv\Scripts\python.exe -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.txt || goto failed
copy /y requirements.txt .venv\installed-run.txt >nul

:start
.venv\Scripts\python.exe main.py demo %*
exit /b %errorlevel%

:nopython
echo Python 3.11 or newer is missing. Install it from python.org and start run.cmd again.
exit /b 1

:failed
echo The set-up did not finish; the lines above say why. Start run.cmd again to go on.
exit /b 1
